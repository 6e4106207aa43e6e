from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from storage.engine import Database, DatabaseUnavailableError, StatementTimedOutError


async def database_answers(database: Database) -> bool:
    """Whether a connection can be had and the tables are there."""
    try:
        async with database.read() as connection:
            await connection.execute(text("SELECT FROM members LIMIT 1"))
    except (DatabaseUnavailableError, StatementTimedOutError, ProgrammingError):
        return False
    return True
