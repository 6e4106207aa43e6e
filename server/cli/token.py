from typing import Annotated

import typer

from domain.codes import Role
from server.cli.telling import AsJson, examples, tell

TOKEN_EXAMPLES = examples(
    "dengta token --role ADMINISTRATOR --organization 370102",
    "dengta token --role AUDITOR --organization 370000 --hours 1 --json",
    exits="1 when there is no such organisation.",
)


def token(
    role: Annotated[Role, typer.Option(help="What the bearer is.", case_sensitive=False)],
    organization: Annotated[
        str, typer.Option(help="The organisation that the bearer manages: division code (370102), id, or exact name.")
    ],
    subject: Annotated[str, typer.Option(help="Who the bearer is, for the logs.")] = "cli",
    hours: Annotated[float, typer.Option(min=0.01, max=24 * 30, help="How long the token is good.")] = 12,
    as_json: AsJson = False,
) -> None:
    """Print an operator's access token (运维令牌), which stands for no account: whoever has it is what it says."""
    from server.commands.tokens import issued_token

    text, managed = issued_token(role, organization, subject, hours)
    of = {"id": managed.id, "name": managed.name}
    document = {"token": text, "role": role.value, "organization": of, "subject": subject, "hours": hours}
    tell(document, text, as_json=as_json)
