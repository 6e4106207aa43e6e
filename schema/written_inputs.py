"""What a caller gave as an input, as the value of a variable: the same question, to be asked again."""

from datetime import date
from enum import Enum
from typing import Any

from strawberry.utils.str_converters import to_camel_case

from schema.optional import given


def as_variable(value: Any) -> Any:
    """Plain JSON. What was left out stays out."""
    if isinstance(value, Enum):
        return value.name
    if isinstance(value, date):  # datetimes are dates
        return value.isoformat()
    if isinstance(value, list):
        return [as_variable(each) for each in value]
    definition = getattr(type(value), "__strawberry_definition__", None)
    return value if definition is None else _of_input(definition, value)


def _of_input(definition: Any, value: object) -> dict[str, Any]:
    values = ((field, given(getattr(value, field.python_name))) for field in definition.fields)
    return {_name(field): as_variable(part) for field, part in values if part is not None}


def _name(field: Any) -> str:
    return field.graphql_name or to_camel_case(field.python_name)
