"""自动持久化查询: the documents that clients have sent once, to be named by their hashes from then on."""

from collections import OrderedDict

_OF_AN_ENTRY = 500
"""Bytes that an entry takes beside its text, generously."""

_LARGEST_SHARE = 16
"""No document takes more than such a part of the store."""


class PersistedQueries:
    """As many bytes of them as there is room for; those that were asked for longest ago make room.

    Each process has its own: a client that names a document which is not here sends it again, by the protocol.
    """

    def __init__(self, room: int) -> None:
        self._room = room
        self._texts: OrderedDict[str, str] = OrderedDict()
        self._taken = 0

    @property
    def is_open(self) -> bool:
        return self._room > 0

    def text(self, digest: str) -> str | None:
        found = self._texts.get(digest)
        if found is not None:
            self._texts.move_to_end(digest)
        return found

    def keep(self, digest: str, text: str) -> None:
        """The document must be one that can be run: what cannot be run is not worth the room."""
        size = _size_of(text)
        if digest in self._texts or size > self._room // _LARGEST_SHARE:
            return
        self._texts[digest] = text
        self._taken += size
        while self._taken > self._room:
            _, oldest = self._texts.popitem(last=False)
            self._taken -= _size_of(oldest)


def _size_of(text: str) -> int:
    """At most four bytes a character, whatever Python takes for it."""
    return 4 * len(text) + _OF_AN_ENTRY if not text.isascii() else len(text) + _OF_AN_ENTRY
