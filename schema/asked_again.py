"""再次提问: a question that was kept as JSON, put again: checked against the schema as if it came with a request."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from graphql import GraphQLInputType, GraphQLSchema
from graphql.utilities import coerce_input_value, validate_input_value
from strawberry.schema.schema_converter import GraphQLCoreConverter
from strawberry.types.arguments import convert_argument

from auth.visibility import FieldUse
from domain.codes import QuerySubject
from domain.errors import CallerError, Message, Problem
from resolvers.export_rows import AskedExport
from resolvers.paging import PageArguments
from schema.field_usage import uses_in_value
from schema.query_inputs import QUERY_INPUTS, asked_of

Question = Mapping[str, Any]
"""As the variable of a document would be: `where`, `orderBy`, `columns`."""


class OutdatedQuestionError(CallerError):
    """What was kept does not fit the schema any more; `problems` say what of it."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__(
            Problem(
                "QUESTION_OUTDATED",
                Message(
                    f"该查询已不符合现在的字段：{problems[0].message.chinese}",
                    f"This query does not fit the fields of now: {problems[0].message.english}",
                ),
                problems[0].path,
            )
        )
        self.problems = problems


@dataclass(frozen=True, slots=True)
class AskedAgain:
    """What is asked, and all that it uses of the register's fields by that."""

    export: AskedExport
    uses: frozenset[FieldUse]


def asked_again(schema: GraphQLSchema, subject: QuerySubject, question: Question, page: PageArguments) -> AskedAgain:
    """OutdatedQuestionError; CallerError for values that cannot be looked for."""
    kind: Any = schema.type_map[QUERY_INPUTS[subject].__strawberry_definition__.name]
    problems = list(_problems(kind, question))
    if problems:
        raise OutdatedQuestionError(problems)
    asked = _converted(schema, QUERY_INPUTS[subject], coerce_input_value(dict(question), kind))
    return AskedAgain(asked_of(subject, asked, page), uses_of_question(schema, subject, question))


def uses_of_question(schema: GraphQLSchema, subject: QuerySubject, question: Question) -> frozenset[FieldUse]:
    """Of one that does not fit the schema any more, of what does."""
    kind: Any = schema.type_map[QUERY_INPUTS[subject].__strawberry_definition__.name]
    return frozenset(uses_in_value(kind, question))


def _problems(kind: GraphQLInputType, question: Question) -> Iterator[Problem]:
    """graphql-core's own words, which name the part."""
    found: list[Problem] = []

    def note(error: Any, path: Sequence[str | int]) -> None:
        message = Message(f"{_place(path)}：{error.message}", f"{_place(path)}: {error.message}")
        found.append(Problem("QUESTION_OUTDATED", message, tuple(path)))

    validate_input_value(dict(question), kind, note)
    yield from found


def _place(path: Sequence[str | int]) -> str:
    return ".".join(map(str, path)) or "-"


def _converted(schema: GraphQLSchema, input_type: type, value: Any) -> Any:
    """As Strawberry makes its inputs from what graphql-core has coerced."""
    strawberry_schema = schema.extensions[GraphQLCoreConverter.DEFINITION_BACKREF]
    converter = strawberry_schema.schema_converter
    return convert_argument(value, input_type, converter.scalar_registry, strawberry_schema.config)
