import pytest

from auth.desk import Desk, Visitor
from storage.engine import Database
from tests.at_the_desk import desk_over
from tests.set_clock import SetClock


@pytest.fixture
def desk(database: Database, clock: SetClock) -> Desk:
    return desk_over(database, clock)


@pytest.fixture
def visitor() -> Visitor:
    return Visitor("a browser's cookie", "192.0.2.1", "correlation-of-tests")
