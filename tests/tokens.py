"""Tokens as `dengta token` issues them, without the seconds that a process takes to start."""

import os
from collections.abc import Mapping
from unittest.mock import patch

from domain.codes import Role
from server.commands.tokens import issued_token


def issued(environment: Mapping[str, str], organization: str = "370000", role: Role = Role.ADMINISTRATOR) -> str:
    """For a server of that environment. `organization`: as the command takes it. Not where an event loop runs."""
    with patch.dict(os.environ, environment):
        return issued_token(role, organization, "cli", 12)[0]
