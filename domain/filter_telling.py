"""A filter as JSON in the words of the API, for those who read later what was looked for; personal values masked."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from domain.filtering import AllOf, AnyOf, Condition, Filter, HasBreach, InBranch, Not, Operand, Range, Within
from domain.masking import MASKS, Mask
from domain.texts import camel_case

_NO_MASKS: Mapping[str, Mask] = {}


def told_filter(node: Filter, masks: Mapping[str, Mask] = MASKS) -> dict[str, Any]:
    """`{"name": {"fuzzy": "建*"}}`. `masks` are those of the record that is searched."""
    match node:
        case Condition(field, operator, operand):
            return {camel_case(field): {operator.value.lower(): _told(operand, masks.get(field))}}
        case Within(organization_id):
            return {"within": organization_id}
        case InBranch(inner):
            return {"branch": told_filter(inner, _NO_MASKS)}  # the name of an organisation is no secret
        case HasBreach(severities, codes):
            told = {"severities": [severity.value for severity in severities], "rules": list(codes)}
            return {"breaches": {name: values for name, values in told.items() if values}}
        case AllOf(parts) | AnyOf(parts):
            return {"and" if isinstance(node, AllOf) else "or": [told_filter(part, masks) for part in parts]}
        case Not(part):
            return {"not": told_filter(part, masks)}


def _told(operand: Operand, mask: Mask | None) -> Any:
    match operand:
        case Range(start, end):
            return {"from": _told_end(start), "to": _told_end(end)}
        case tuple():
            return [_told(value, mask) for value in operand]
        case str():
            return operand if mask is None else mask(operand)
        case date():
            return operand.isoformat()
        case _:
            return operand


def _told_end(end: date | int | None) -> str | int | None:
    return end.isoformat() if isinstance(end, date) else end
