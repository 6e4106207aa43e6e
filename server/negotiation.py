"""内容协商: what a client accepts, by the weights it gives."""

from collections.abc import Sequence
from functools import lru_cache


def preferences(header: str) -> list[tuple[str, float]]:
    """(value, weight) for each item of such a header, in lower case; malformed items are left out."""
    items = []
    for item in header.split(","):
        value, *parameters = (part.strip().lower() for part in item.split(";"))
        weight = _weight(parameters)
        if value and weight is not None:
            items.append((value, weight))
    return items


def _weight(parameters: Sequence[str]) -> float | None:
    for parameter in parameters:
        name, _, number = parameter.partition("=")
        if name.strip() == "q":
            try:
                return float(number)
            except ValueError:
                return None
    return 1.0


@lru_cache(maxsize=1_000)
def accepted_media_type(header: str | None, offered: tuple[str, ...]) -> str | None:
    """The offered type that the client wants most, the earlier on a tie; None when it accepts none of them."""
    wanted = preferences(header) if header else [("*/*", 1.0)]
    weighed = [(_weight_of(media_type, wanted), -place) for place, media_type in enumerate(offered)]
    best, place = max(weighed)
    return offered[-place] if best > 0 else None


def _weight_of(media_type: str, wanted: Sequence[tuple[str, float]]) -> float:
    """The most specific range decides."""
    main = media_type.partition("/")[0]
    for candidate in (media_type, f"{main}/*", "*/*"):
        for value, weight in wanted:
            if value == candidate:
                return weight
    return 0.0


@lru_cache(maxsize=1_000)
def language_of(header: str | None) -> str:
    """`zh` or `en`; Chinese unless the client prefers English."""
    weights = {"zh": 0.0, "en": 0.0}
    for value, weight in preferences(header or ""):
        language = value.partition("-")[0]
        if language in weights:
            weights[language] = max(weights[language], weight)
    return "en" if weights["en"] > weights["zh"] else "zh"
