"""Whether a database may be loaded, and whether the last load came to its end."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, Engine, create_engine, exists, func, insert, select, text, update

from domain.synthetic.province import Province
from storage.models import Load, Member, Organization

_ONE_LOAD_AT_A_TIME = 7_367_013
_IN_PARTS = "SELECT relkind = 'p' FROM pg_class WHERE oid = 'members'::regclass"


class LoadRefusedError(Exception):
    """The database is not to be loaded as it stands."""


class UnfinishedLoadError(Exception):
    """A load was interrupted."""

    def __str__(self) -> str:
        return "The last load of this database was interrupted, or is still under way. Load anew: dengta load --replace"


@contextmanager
def marked_load(engine: Engine, province: Province, *, replace: bool) -> Iterator[None]:
    """Within it this is the only load of the database; it counts as finished only when nothing was raised."""
    with engine.connect() as connection:
        if not connection.execute(text(f"SELECT pg_try_advisory_lock({_ONE_LOAD_AT_A_TIME})")).scalar_one():
            raise LoadRefusedError("Another load is under way in this database. Wait for it to end.")
        if connection.execute(text(_IN_PARTS)).scalar_one():
            raise LoadRefusedError("The members are in parts (`dengta partition`). Load into a database of its own.")
        if not replace:
            _refuse_what_is_there(connection)
        number = connection.execute(insert(Load).values(_values(province)).returning(Load.id)).scalar_one()
        yield
        connection.execute(update(Load).where(Load.id == number).values(finished_at=func.now()))
        connection.execute(update(Load).where(Load.finished_at.is_(None)).values(finished_at=func.now()))
        connection.execute(text(f"SELECT pg_advisory_unlock({_ONE_LOAD_AT_A_TIME})"))


def _values(province: Province) -> dict[str, object]:
    return {"members": province.members, "seed": province.seed, "day": province.day}


def _refuse_what_is_there(connection: Connection) -> None:
    if connection.execute(select(exists().where(Load.finished_at.is_(None)))).scalar_one():
        raise UnfinishedLoadError
    if connection.execute(select(exists(select(Organization.id)) | exists(select(Member.id)))).scalar_one():
        raise LoadRefusedError(
            "The database already holds organisations or members. To delete them all and load a synthetic province "
            "in their place, repeat the command with --replace."
        )


def require_whole_register(url: str) -> None:
    """Raises UnfinishedLoadError when a load was begun and has not ended: what can be read is part of a register."""
    if unfinished_load(url):
        raise UnfinishedLoadError


def unfinished_load(url: str) -> bool:
    engine = create_engine(url)
    try:
        with engine.connect() as connection:
            return connection.execute(select(exists().where(Load.finished_at.is_(None)))).scalar_one()
    finally:
        engine.dispose()


def loaded_province(url: str) -> Province | None:
    """The province that was loaded last, when it was loaded to its end."""
    engine = create_engine(url)
    try:
        with engine.connect() as connection:
            last = (
                connection.execute(select(*Load.__table__.columns).order_by(Load.id.desc()).limit(1))
                .mappings()
                .one_or_none()
            )
    finally:
        engine.dispose()
    return Province(last["members"], last["seed"], last["day"]) if last and last["finished_at"] else None
