"""分区: the members in parts, by counties, some of which may lie in other PostgreSQL servers."""

from storage.partitioning.layout import Part, parts_between
from storage.partitioning.making import AlreadyPartitionedError, Partitioned, UnfitServerError, partition_members

__all__ = ["AlreadyPartitionedError", "Part", "Partitioned", "UnfitServerError", "partition_members", "parts_between"]
