"""汇总 of a register that has just been loaded."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from functools import partial
from itertools import groupby

from sqlalchemy import Engine, insert

from domain.rollups import DEFAULT_THRESHOLDS
from storage.models import RollupDay
from storage.rollups.sizing import Resizing, Sized, sizes, statements_of

_AT_A_TIME = 2


def roll_up(engine: Engine, day: date, progress: Callable[[int, int], None]) -> None:
    """From the bottom of the tree up, for the counts of an organisation are made of those of its children.

    For those that are large by default; a worker with other settings soon goes by them.
    """
    with engine.connect() as connection:
        connection.execute(insert(RollupDay).values(id=1, day=day))
        found = [Sized._make(row) for row in connection.execute(sizes(DEFAULT_THRESHOLDS.single))]
    changes = [Resizing(each, None, DEFAULT_THRESHOLDS.wants(each.members, None)) for each in found]
    done = 0
    with ThreadPoolExecutor(_AT_A_TIME) as threads:
        for _, level in groupby(changes, lambda change: change.organization.path.count("/")):
            for _ in threads.map(partial(_fill, engine, day), level):
                done += 1
                progress(done, len(changes))


def _fill(engine: Engine, day: date, change: Resizing) -> None:
    with engine.execution_options(isolation_level="READ COMMITTED").begin() as connection:
        for statement in statements_of(change, day):
            connection.execute(statement)
