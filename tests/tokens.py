"""Tokens as `dengta token` issues them, without the seconds that a process takes to start."""

import os
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from unittest.mock import patch

from domain.codes import Role
from server.commands.tokens import issued_token


def issued(environment: Mapping[str, str], organization: str = "370000", role: Role = Role.ADMINISTRATOR) -> str:
    """For a server of that environment. `organization`: as the command takes it."""
    with (
        patch.dict(os.environ, environment),
        ThreadPoolExecutor(1) as apart,
    ):  # the command has an event loop of its own
        return apart.submit(issued_token, role, organization, "cli", 12).result()[0]
