"""分区: the members in parts, by counties, some of which may lie in other PostgreSQL servers; and the way back."""

from storage.partitioning.layout import Part, parts_between
from storage.partitioning.making import (
    AlreadyPartitionedError,
    NothingToPartError,
    Partitioned,
    UnfitServerError,
    partition_members,
)
from storage.partitioning.undoing import NotPartitionedError, unite_members

__all__ = [
    "AlreadyPartitionedError",
    "NotPartitionedError",
    "NothingToPartError",
    "Part",
    "Partitioned",
    "UnfitServerError",
    "partition_members",
    "parts_between",
    "unite_members",
]
