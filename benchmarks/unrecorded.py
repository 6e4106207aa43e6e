"""The command `dengta` with a server that leaves no entries about look-ups: only to measure what they cost."""

from unittest.mock import patch

from resolvers.context import RequestContext
from server.cli import main
from server.operations.documents import Operation


async def _record_nothing(_operation: Operation, _context: RequestContext) -> None:
    pass


if __name__ == "__main__":
    with patch("server.operations.running.record_lookups", _record_nothing):
        main()
