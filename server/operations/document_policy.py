"""文档策略: which documents are run, for whom, and what is said of those that are not."""

from collections.abc import Sequence
from dataclasses import dataclass

from auth.actor import Actor, Role
from auth.oauth.registration import CONSOLE
from domain.errors import CallerError, Message, Problem
from server.operations.manifests import TrustedDocument

PARTNERS = "partners"
"""Among the explorers: every partner's system."""

DEFAULT_EXPLORERS = frozenset({CONSOLE})
PERSISTED_QUERY_BYTES = 16 * 1_048_576


@dataclass(frozen=True, slots=True)
class DocumentPolicy:
    trusted: Sequence[TrustedDocument] = ()
    only_trusted: bool = False
    explorers: frozenset[str] = DEFAULT_EXPLORERS
    """The client ids of those that may send other documents all the same."""

    persisted_query_bytes: int = PERSISTED_QUERY_BYTES

    def binds(self, actor: Actor) -> bool:
        """Whether the caller may have trusted documents alone. An operator's token explores: it came by no client."""
        if not self.only_trusted or actor.client is None:
            return False
        return actor.client not in self.explorers and not (actor.role is Role.PARTNER and PARTNERS in self.explorers)


class DocumentNotFoundError(CallerError):
    """No trusted document has the identifier."""

    def __init__(self) -> None:
        message = Message(
            "没有以此为标识的可信文档：前端可能已更新，而其清单尚未部署到本服务器。",
            "No trusted document has this identifier. Perhaps the manifest of the front end's build is not here yet.",
        )
        super().__init__(Problem("DOCUMENT_NOT_FOUND", message))


class DocumentNotTrustedError(CallerError):
    """The caller may have trusted documents alone, and this is none."""

    def __init__(self) -> None:
        message = Message(
            "本服务器只执行可信文档。请把该文档加入前端的清单；临时查询请使用控制台。",
            "This server runs trusted documents alone. Add it to the front end's manifest, or explore in the console.",
        )
        super().__init__(Problem("DOCUMENT_NOT_TRUSTED", message))


class PersistedQueryNotFoundError(CallerError):
    """The client is to send the document along; it knows that by these very words."""

    def __init__(self) -> None:
        super().__init__(Problem("PERSISTED_QUERY_NOT_FOUND", _words("PersistedQueryNotFound")))


class PersistedQueryNotSupportedError(CallerError):
    """The client is to send documents, and no more hashes; it knows that by these very words."""

    def __init__(self) -> None:
        super().__init__(Problem("PERSISTED_QUERY_NOT_SUPPORTED", _words("PersistedQueryNotSupported")))


class HashMismatchError(CallerError):
    """The document is another than the one whose hash it came with, under which it would be run for others."""

    def __init__(self) -> None:
        message = Message(
            "sha256Hash 不是 query 的 SHA-256。", "The sha256Hash is not the SHA-256 of the query that it came with."
        )
        super().__init__(Problem("PERSISTED_QUERY_HASH_MISMATCH", message))


def _words(of_the_protocol: str) -> Message:
    return Message(of_the_protocol, of_the_protocol)
