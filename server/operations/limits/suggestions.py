"""提示: graphql-core asks "Did you mean …?" and names what is in the schema: nothing for those who may not ask for the
schema, and no field that is hidden from the caller.
"""

import re

from auth.permissions import Permissions
from auth.visibility import Visibility

_HINT = re.compile(r" Did you mean .*\?(?= |$)", re.DOTALL)
_NAMED = re.compile(r"'([^']+)'")
_ON_TYPE = re.compile(r"""(?:type|enum) ['"](\w+)['"]""")


def without_hint(message: str) -> str:
    return _HINT.sub("", message)


def without_hidden(message: str, permissions: Permissions) -> str:
    """The message, without its hint if that names a field that the caller may not know of."""
    hint = _HINT.search(message)
    if hint is None:
        return message
    places = _ON_TYPE.findall(message)
    names = _NAMED.findall(hint.group())
    return without_hint(message) if any(_is_hidden(name, places, permissions) for name in names) else message


def _is_hidden(name: str, places: list[str], permissions: Permissions) -> bool:
    """On the type that the error is about; if it is about none, wherever there is such a field."""
    found = [
        visibility
        for field, visibility in permissions.visibilities.items()
        if _plain(field) == _plain(name) and (not places or _is_on(field, places))
    ]
    return bool(found) and all(visibility is Visibility.HIDDEN for visibility in found)


def _is_on(field: str, places: list[str]) -> bool:
    """Of a record's type, its filter, its order: `MemberFilter`."""
    return any(place.startswith(field.partition(".")[0]) for place in places)


def _plain(name: str) -> str:
    """Of a field, an argument, or a value of an enum: `Member.birth_date`, `birthDate` and `BIRTH_DATE` are alike."""
    return name.rpartition(".")[2].replace("_", "").lower()
