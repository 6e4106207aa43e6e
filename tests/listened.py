"""A register of one's own that is listened to over a WebSocket while an officer works at it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from sqlalchemy import create_engine, text

from auth.actor import Role
from domain.records import OrganizationRecord
from storage.engine import connect
from tests.asking import AUDIT_KEY, Api
from tests.editing import Officer
from tests.serving import served


@dataclass
class ListenedRegister:
    """Two servers over it: one that is listened to, one at which the officer sits."""

    url: str
    api: Api
    place: str
    officer: Officer

    def execute(self, statement: str) -> None:
        engine = create_engine(self.url)
        with engine.begin() as connection:
            connection.execute(text(statement))
        engine.dispose()

    def hide_unannounced(self, field: str) -> None:
        """From administrators of a county or above."""
        self.execute(
            "INSERT INTO permission_versions (number, changed_by) VALUES (1, 'somebody');"
            "INSERT INTO permission_changes (version, role, tier, field, read)"
            f" VALUES (1, 'ADMINISTRATOR', 'COUNTY_OR_ABOVE', '{field}', 'HIDDEN')"
        )


@asynccontextmanager
async def listened_to(url: str, top: OrganizationRecord, executor: str) -> AsyncIterator[ListenedRegister]:
    api = Api(connect(url, connections=4, audit_key=AUDIT_KEY), executor=executor)
    async with served(api, url) as place:
        yield ListenedRegister(url, api, place, Officer(api.as_(top, Role.SECURITY_OFFICER)))
    await api.http.aclose()
    await api.database.close()
