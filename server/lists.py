"""列表设置: what stands in a setting with commas between, or blanks where a comma may be part of it."""

from pathlib import Path


def names_from(written: object) -> object:
    """The names; what is no text comes from Python, and stays as it is."""
    return frozenset(_parts(written)) if isinstance(written, str) else written


def paths_from(written: object) -> object:
    return tuple(Path(part) for part in _parts(written)) if isinstance(written, str) else written


def texts_from(written: object) -> object:
    return tuple(written.split()) if isinstance(written, str) else written


def _parts(written: str) -> list[str]:
    return [part.strip() for part in written.split(",") if part.strip()]
