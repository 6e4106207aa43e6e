"""授权范围: what OAuth's scopes mean here."""

from collections.abc import Mapping

from auth.default_matrix import FieldClass
from domain.codes import Scope

NEEDED: Mapping[FieldClass, Scope] = {
    FieldClass.STRUCTURE: Scope.ORGANIZATIONS_READ,
    FieldClass.RECORD: Scope.MEMBERS_READ,
    FieldClass.PERSONAL: Scope.MEMBERS_READ,
    FieldClass.TRANSFER: Scope.TRANSFERS_WRITE,
    FieldClass.CHANGES: Scope.CHANGES_READ,
}
"""The scope without which a partner sees nothing of a class. Of the other classes partners see nothing at all."""

OPENID, PROFILE = "openid", "profile"
PERSONAL_SCOPES = frozenset({OPENID, PROFILE})
"""What an application may ask for at which people sign in: what people may read, their roles say."""


def beyond_scopes(scopes: frozenset[Scope] | None) -> frozenset[FieldClass]:
    """The classes of which a caller with these scopes sees nothing; None: a person, whom no scope limits."""
    if scopes is None:
        return frozenset()
    return frozenset(of_class for of_class in FieldClass if NEEDED.get(of_class) not in scopes)


def partner_scopes(tokens: frozenset[str]) -> frozenset[Scope]:
    """From what OAuth writes (RFC 6749, section 3.3); what is no partner's scope is left out."""
    return frozenset(scope for scope in Scope if scope.token in tokens)
