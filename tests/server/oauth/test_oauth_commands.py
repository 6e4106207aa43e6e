"""`dengta keys` and `dengta client`, as an operator runs them."""

import json
import re
from pathlib import Path

import httpx
from joserfc.jwk import ECKey
from sqlalchemy import create_engine, text

from auth.signing_keys import signing_keys_at
from tests.commands import free_port, run, running, said_until


def test_keys_are_listed_rotated_and_retired(tmp_path: Path) -> None:
    path = tmp_path / "signing-key.json"
    first = "-a-b"  # as one id in 64 begins
    path.write_text(json.dumps(ECKey.generate_key("P-256", {"kid": first}).as_dict(private=True)))
    path.chmod(0o600)

    def keys(*arguments: str) -> tuple[int, str, str]:
        done = run("keys", *arguments, DENGTA_SIGNING_KEY_FILE=str(path))
        return done.returncode, done.stdout, done.stderr

    assert keys("list") == (0, f"{first}  signs  -\n", "")
    code, said, _ = keys("rotate")
    second = said.partition(" ")[0]
    assert (code, second != first) == (0, True)
    lines = keys("list")[1].splitlines()
    assert [line.split()[:2] for line in lines] == [[second, "signs"], [first, "verifies"]]
    assert path.stat().st_mode & 0o077 == 0

    code, _, error = keys("retire", second)
    assert (code, "dengta keys rotate" in error) == (1, True)
    code, _, error = keys("retire", "unknown")
    assert (code, "dengta keys list" in error) == (1, True)
    assert keys("retire", first)[0] == 0
    assert [str(key.kid) for key in signing_keys_at(path).all()] == [second]


def test_applications_are_registered_and_shut_out(empty_database_url: str, tmp_path: Path) -> None:
    def client(*arguments: str) -> tuple[int, str, str]:
        done = run("client", *arguments, DATABASE_URL=empty_database_url, DENGTA_DATA_DIRECTORY=str(tmp_path))
        return done.returncode, done.stdout, done.stderr

    registered = ("register", "web", "--name", "管理端", "--redirect-uri", "https://web.test/callback")
    assert client(*registered) == (0, "web is registered.\n", "")
    assert client("list")[1] == "web  ACTIVE  管理端  https://web.test/callback\n"
    assert "already" in client(*registered)[2]
    assert client("suspend", "web")[0] == 0
    assert client("resume", "web")[0] == 0
    assert client("revoke", "web")[0] == 0
    assert "for good" in client("resume", "web")[2]
    assert "no client other" in client("suspend", "other")[2]
    engine = create_engine(empty_database_url)
    with engine.connect() as connection:
        operations = list(connection.execute(text("SELECT operation FROM audit_entries ORDER BY at, id")).scalars())
    engine.dispose()
    assert operations == ["registerClient", "changeClient", "changeClient", "changeClient"]


def test_the_console_can_be_signed_in_to_as_soon_as_the_server_answers(own_province_url: str, tmp_path: Path) -> None:
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    environment = {"DATABASE_URL": own_province_url, "DENGTA_DATA_DIRECTORY": str(tmp_path), "DENGTA_PORT": str(port)}
    with running("serve", environment=environment) as server:
        said_until(server, re.compile("Dengta listens"))
        assert httpx.get(f"{address}/.well-known/openid-configuration").json()["issuer"] == address
        request = {
            "response_type": "code",
            "client_id": "dengta-console",
            "redirect_uri": f"{address}/",
            "code_challenge": "a" * 43,
            "code_challenge_method": "S256",
        }
        response = httpx.get(f"{address}/oauth/authorize", params=request)
        assert (response.status_code, response.headers["location"][:14]) == (302, "/sign-in?next=")
        assert httpx.get(f"{address}{response.headers['location']}").status_code == 200
        form = {"grant_type": "client_credentials"}
        unknown = httpx.post(f"{address}/oauth/token", data=form, auth=("nobody", "x"))
        assert (unknown.status_code, unknown.json()["error"]) == (401, "invalid_client")
