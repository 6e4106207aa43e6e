"""可信文档清单: manifests of trusted documents, as the builds of front ends write them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import orjson

_SHA256 = "sha256:"
_APOLLO = "apollo-persisted-query-manifest"


class ManifestError(Exception):
    """A manifest cannot be used. Says in which file what is wrong."""


@dataclass(frozen=True, slots=True)
class TrustedDocument:
    """One entry of a manifest: a text, and the identifier that the front end names it by."""

    manifest: Path
    identifier: str
    text: str

    @property
    def identifiers(self) -> tuple[str, str]:
        """That of the manifest, and the one that the appendix of GraphQL over HTTP gives to any document."""
        return self.identifier, sha256_identifier(self.text)


def sha256_identifier(text: str) -> str:
    return f"{_SHA256}{sha256(text.encode()).hexdigest()}"


def documents_of(manifests: Iterable[Path]) -> list[TrustedDocument]:
    """ManifestError for a file that is no manifest, and for an identifier that stands for two documents."""
    found: dict[str, TrustedDocument] = {}
    for manifest in manifests:
        for identifier, text in _entries(manifest).items():
            document = _document(manifest, identifier, text)
            other = found.setdefault(identifier, document)
            if other.text != document.text:
                raise ManifestError(f"{manifest}: {identifier} is another document in {other.manifest}.")
    return list(found.values())


def _document(manifest: Path, identifier: str, text: object) -> TrustedDocument:
    if not identifier or not isinstance(text, str):
        raise ManifestError(f"{manifest}: {identifier or 'an entry'} must have an identifier and a text.")
    if identifier.startswith(_SHA256) and identifier != sha256_identifier(text):
        raise ManifestError(f"{manifest}: {identifier} is not the SHA-256 of its document.")
    return TrustedDocument(manifest, identifier, text)


def _entries(manifest: Path) -> Mapping[str, object]:
    """Identifier → text, as graphql-codegen and relay-compiler write it; or the operations of Apollo's manifest."""
    content = _json(manifest)
    if content.get("format") != _APOLLO:
        return content
    try:
        return {operation["id"]: operation["body"] for operation in content["operations"]}
    except (KeyError, TypeError) as error:
        raise ManifestError(f"{manifest}: each of its operations must have an id and a body.") from error


def _json(manifest: Path) -> dict[str, Any]:
    try:
        content = orjson.loads(manifest.read_bytes())
    except OSError as error:
        raise ManifestError(f"{manifest} cannot be read ({error.strerror}).") from error
    except orjson.JSONDecodeError as error:
        raise ManifestError(f"{manifest}: it is no JSON at line {error.lineno}, column {error.colno}.") from error
    if not isinstance(content, dict):
        raise ManifestError(f"{manifest}: it must be an object of identifiers and documents.")
    return content
