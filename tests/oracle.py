"""A plain-Python reading of the query builder, to compare the server's answers with."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from domain.clock import SHANGHAI, age_on
from domain.codes import OrganizationKind
from domain.pinyin import full_pinyin, initials
from domain.records import MemberRecord, OrganizationRecord
from schema.identifiers import encoded

_CAMEL = {
    "identityNumber": "identity_number",
    "birthDate": "birth_date",
    "joinedOn": "joined_on",
    "formalOn": "formal_on",
    "workPosition": "work_position",
    "homeAddress": "home_address",
    "lostContact": "lost_contact",
    "lostContactSince": "lost_contact_since",
    "floatingDirection": "floating_direction",
    "realNameStatus": "real_name_status",
    "transferInProgress": "transfer_in_progress",
    "createdAt": "created_at",
    "updatedAt": "updated_at",
    "divisionCode": "division_code",
    "canApproveMembership": "can_approve_membership",
    "canFileRealNames": "can_file_real_names",
}


@dataclass(frozen=True, repr=False)
class Register:
    """Every row of the register, as storage would give it to someone who may see all."""

    organizations: Mapping[int, OrganizationRecord]
    members: Sequence[MemberRecord]
    day: date

    def __repr__(self) -> str:
        return f"<Register of {len(self.members)} members>"

    def of_kind(self, kind: OrganizationKind) -> list[OrganizationRecord]:
        found = [organization for organization in self.organizations.values() if organization.kind == kind]
        return sorted(found, key=lambda organization: organization.path)

    def first_of_kind(self, kind: OrganizationKind) -> OrganizationRecord:
        return self.of_kind(kind)[0]

    def members_in(self, scope: OrganizationRecord) -> list[MemberRecord]:
        return [member for member in self.members if member.org_path.startswith(scope.path)]

    def matching(self, scope: OrganizationRecord, where: Mapping[str, Any], ids: Mapping[str, int]) -> list[int]:
        """Ids of the members of the scope that satisfy a filter as written in JSON, in the default order."""
        found = [m for m in self.members_in(scope) if self.member_satisfies(m, where, ids)]
        return [member.id for member in sorted(found, key=lambda member: (member.org_path, member.id))]

    def member_satisfies(self, member: MemberRecord, where: Mapping[str, Any], ids: Mapping[str, int]) -> bool:
        def part(name: str, condition: Any) -> bool:
            if condition is None:
                return True
            if name == "branch":
                return self.organization_satisfies(self.organizations[member.branch_id], condition, ids)
            if name == "within":
                return member.org_path.startswith(self.organizations[ids[condition]].path)
            return _combined(name, condition, lambda inner: self.member_satisfies(member, inner, ids)) or (
                name not in ("and", "or", "not") and _field_satisfies(self._value(member, name), name, condition)
            )

        return all(part(name, condition) for name, condition in where.items())

    def organization_satisfies(
        self, organization: OrganizationRecord, where: Mapping[str, Any], ids: Mapping[str, int]
    ) -> bool:
        def part(name: str, condition: Any) -> bool:
            if condition is None:
                return True
            if name == "within":
                return organization.path.startswith(self.organizations[ids[condition]].path)
            return _combined(name, condition, lambda inner: self.organization_satisfies(organization, inner, ids)) or (
                name not in ("and", "or", "not")
                and _field_satisfies(_value_of_organization(organization, name), name, condition)
            )

        return all(part(name, condition) for name, condition in where.items())

    def _value(self, member: MemberRecord, name: str) -> Any:
        if name == "age":
            return None if member.birth_date is None else age_on(member.birth_date, self.day)
        value = getattr(member, _CAMEL.get(name, name))
        return value.astimezone(SHANGHAI).date() if name in ("createdAt", "updatedAt") else value


def _value_of_organization(organization: OrganizationRecord, name: str) -> Any:
    return encoded("Organization", organization.id) if name == "id" else getattr(organization, _CAMEL.get(name, name))


def is_empty(where: Any) -> bool:
    """An empty condition is no condition: no part, an empty text or list, and anything made of only such."""
    if isinstance(where, dict):
        return all(is_empty(value) for value in where.values())
    if isinstance(where, list):
        return all(is_empty(value) for value in where)
    return where is None or where == ""


def _combined(name: str, condition: Any, satisfies: Any) -> bool:
    if name == "and":
        return all(satisfies(inner) for inner in condition)
    if name == "or":
        inside = [inner for inner in condition if not is_empty(inner)]
        return not inside or any(satisfies(inner) for inner in inside)
    if name == "not":
        return is_empty(condition) or not satisfies(condition)
    return False


def _field_satisfies(value: Any, name: str, methods: Mapping[str, Any]) -> bool:
    return all(is_empty(operand) or _holds(value, name, method, operand) for method, operand in methods.items())


def _holds(value: Any, name: str, method: str, operand: Any) -> bool:
    if method == "missing":
        return (value is None) is operand
    if value is None:
        return False
    if name == "identityNumber":
        operand = [text.upper() for text in operand] if isinstance(operand, list) else operand.upper()
    return bool(_READINGS[method](value, operand))


def _is_between(value: Any, operand: Mapping[str, Any]) -> bool:
    start, end = operand.get("from"), operand.get("to")
    return (start is None or _comparable(value) >= start) and (end is None or _comparable(value) <= end)


def _has_pinyin(value: str, operand: str) -> bool:
    wanted = "".join(character for character in operand.lower() if character not in " '’")
    return full_pinyin(value).startswith(wanted) or initials(value).startswith(wanted)


_READINGS: Mapping[str, Callable[[Any, Any], bool]] = {
    "exact": lambda value, operand: bool(_comparable(value) == operand),
    "multi": lambda value, operand: value in [item for item in operand if item != ""],
    "fuzzy": lambda value, operand: operand in value,
    "prefix": lambda value, operand: value.startswith(operand),
    "suffix": lambda value, operand: value.endswith(operand),
    "range": _is_between,
    "pinyin": _has_pinyin,
}


def _comparable(value: Any) -> Any:
    """Dates compare as they are written."""
    return value.isoformat() if isinstance(value, date) else value
