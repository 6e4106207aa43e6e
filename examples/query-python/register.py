"""Asks the register for just what is needed, page by page, and changes something so that it is done once.

Copy it and make it yours: the documents at the top and the functions at the bottom. What should stay as it is: `ask`,
which waits and asks again when the register is not to be had, and the idempotency key, by which a change that is sent
again is not done again.
"""

import csv
import os
import random
import sys
import time
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import httpx

ADDRESS = os.environ.get("REGISTER_ADDRESS", "http://127.0.0.1:8000")
SCOPES = "members:read organizations:read transfers:write"
MOST_TRIES, LONGEST_WAIT = 8, 30.0  # seconds

JOINED_SINCE = """
query JoinedSince($since: Date!, $after: String) {
  members(
    where: { joinedOn: { range: { from: $since } }, category: { exact: PROBATIONARY } }
    orderBy: [{ field: JOINED_ON }]
    first: 200
    after: $after
  ) {
    nodes { id name joinedOn education branch { name parent { name } } }
    pageInfo { endCursor hasNextPage }
  }
}"""
BEGIN_TRANSFER = """
mutation BeginTransfer($input: BeginTransferInput!) {
  beginTransfer(input: $input) { member { id transferInProgress } errors { code message path } }
}"""


class RefusedError(Exception):
    """The register has understood and says no; to ask again is no use."""


class Register:
    """Asks as the partner's system whose id and secret it is given."""

    def __init__(self, http: httpx.Client, client_id: str, secret: str) -> None:
        self._http = http
        self._auth = (client_id, secret)
        self._token, self._good_until = "", 0.0

    def ask(self, document: str, **variables: Any) -> dict[str, Any]:
        """The data of the answer. Every document may be sent again: those that change something have a key."""
        for attempt in range(MOST_TRIES):
            try:
                answer = self._post("/graphql", json={"query": document, "variables": variables})
            except httpx.TransportError as lost:
                wait = _wait(attempt)
                say(f"lost ({lost!r}); again in {wait:.1f} s")
            else:
                if not _is_for_later(answer):
                    return _data(answer)
                if answer.status_code == httpx.codes.UNAUTHORIZED:  # the token was withdrawn
                    self._good_until = 0.0
                wait = float(answer.headers.get("Retry-After", _wait(attempt)))
                say(f"not now ({answer.status_code}); again in {wait:.1f} s")
            time.sleep(wait)
        raise RefusedError(f"no answer after {MOST_TRIES} tries")

    def pages(self, document: str, field: str, **variables: Any) -> Iterator[list[dict[str, Any]]]:
        """The nodes of a connection, page by page. Pages stay as they are while others change the register."""
        after, is_more = None, True
        while is_more:
            page = self.ask(document, after=after, **variables)[field]
            after, is_more = page["pageInfo"]["endCursor"], page["pageInfo"]["hasNextPage"]
            yield page["nodes"]

    def change(self, document: str, field: str, **values: Any) -> dict[str, Any]:
        """The payload. RefusedError with whatever is wrong with the values."""
        # One key for one thing that is to be done: `ask` sends it with each try, so that it is done once.
        payload = self.ask(document, input={**values, "idempotencyKey": str(uuid4())})[field]
        if payload["errors"]:
            raise RefusedError("; ".join(f"{error['code']}: {error['message']}" for error in payload["errors"]))
        return payload

    def _post(self, path: str, **content: Any) -> httpx.Response:
        headers = {
            "Authorization": f"Bearer {self._fresh_token()}",
            "Accept": "application/graphql-response+json",
            "Accept-Language": "zh",
        }
        return self._http.post(path, headers=headers, **content)

    def _fresh_token(self) -> str:
        """One is good for ten minutes. It is fetched a minute before its end, so that it does not end on the way."""
        if time.monotonic() > self._good_until:
            form = {"grant_type": "client_credentials", "scope": SCOPES}
            answer = self._http.post("/oauth/token", data=form, auth=self._auth)
            if answer.status_code in (400, 401):
                raise RefusedError(f"no token: {answer.json()['error']}")
            if answer.is_error:
                raise httpx.TransportError(f"no token: {answer.status_code}")
            given = answer.json()
            self._token, self._good_until = given["access_token"], time.monotonic() + given["expires_in"] - 60
        return self._token


def _is_for_later(answer: httpx.Response) -> bool:
    """The answer is that of a moment: the database was lost, a limit reached, a token withdrawn.

    Whether a change was saved may then be unknown; its key makes it safe to send again.
    """
    if answer.status_code in (401, 429, 502, 503, 504):
        return True
    codes = {error["extensions"]["code"] for error in answer.json().get("errors", [])}
    return bool(codes & {"DATABASE_UNAVAILABLE", "OUTCOME_UNKNOWN", "QUERY_TIMEOUT"})


def _data(answer: httpx.Response) -> dict[str, Any]:
    errors = answer.json().get("errors")
    if errors:
        raise RefusedError("; ".join(f"{error['extensions']['code']}: {error['message']}" for error in errors))
    return answer.json()["data"]


def _wait(attempt: int) -> float:
    """Longer each time, and never quite the same, so that not all come back at one moment."""
    return min(0.5 * 2**attempt, LONGEST_WAIT) * random.uniform(0.5, 1)  # noqa: S311 # no secret


def say(what: str) -> None:
    print(what, file=sys.stderr, flush=True)


def list_probationary(register: Register, since: str) -> None:
    """As CSV: who has joined since that day and is a probationary member yet."""
    sheet = csv.writer(sys.stdout)
    sheet.writerow(["id", "姓名", "加入党组织日期", "学历", "党支部", "上级党组织"])
    for members in register.pages(JOINED_SINCE, "members", since=since):
        for member in members:
            branch = member["branch"]
            above = (branch["parent"] or {}).get("name", "")
            sheet.writerow(
                [member["id"], member["name"], member["joinedOn"], member["education"], branch["name"], above]
            )


def begin_transfer(register: Register, member_id: str) -> None:
    register.change(BEGIN_TRANSFER, "beginTransfer", id=member_id)
    say(f"{member_id} is being transferred")


COMMANDS = {"probationary": list_probationary, "transfer": begin_transfer}


def main(command: str, argument: str) -> None:
    with httpx.Client(base_url=ADDRESS, timeout=30) as http:
        try:
            COMMANDS[command](Register(http, os.environ["CLIENT_ID"], os.environ["CLIENT_SECRET"]), argument)
        except RefusedError as refused:
            sys.exit(f"refused: {refused}")


if __name__ == "__main__":
    main(*sys.argv[1:])
