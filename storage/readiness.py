from psycopg import ProgrammingError
from sqlalchemy import select

from storage.engine import Database
from storage.errors import DatabaseUnavailableError, StatementTimedOutError
from storage.models import Member


async def database_answers(database: Database) -> bool:
    """Whether a connection can be had and the tables are there."""
    try:
        await database.rows(select(Member.id).limit(1))
    except (DatabaseUnavailableError, StatementTimedOutError, ProgrammingError):
        return False
    return True
