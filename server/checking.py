"""批量信息校验的执行: runs checks to their end, and starts one of the whole register every night."""

from dataclasses import dataclass

from domain.clock import Clock
from storage.checks import roots, run_chunk, start_check
from storage.engine import Database
from storage.members import count_members

MEMBERS_AT_A_TIME = 1_000
"""Saves wait while so many are checked, and go on between two chunks."""


@dataclass(frozen=True, slots=True)
class Checking:
    database: Database
    clock: Clock
    at_a_time: int = MEMBERS_AT_A_TIME

    async def run(self, check_id: int) -> None:
        """From where it has come to: what a lost worker had committed is not done again."""
        while await run_chunk(self.database, check_id, self.clock(), self.at_a_time):
            pass

    async def start_of_all(self) -> None:
        """A check of each organisation that has none above it, unless one is under way."""
        for organization_id, path in await roots(self.database):
            values = {
                "organization_id": organization_id,
                "org_path": path,
                "rules": [rule.code for rule in self.database.rules_in_force.checked],
                "members_total": await count_members(self.database, path, None),
                "started_by": None,
                "started_at": self.clock(),
            }
            async with self.database.writing() as session:
                await start_check(session, values)
