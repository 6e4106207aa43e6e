"""变更流: committed changes of members, history members, organisations and requests, in the order of commits."""

from storage.changes.deciding import DecidingChanges
from storage.changes.following import FollowedChanges
from storage.changes.numbering import number_changes
from storage.changes.reading import changes_after, count_changes, feed_state, forget_changes

__all__ = [
    "DecidingChanges",
    "FollowedChanges",
    "changes_after",
    "count_changes",
    "feed_state",
    "forget_changes",
    "number_changes",
]
