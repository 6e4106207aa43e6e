"""The questions that collection forms answer: documents of the schema, asked as anybody asks, by whoever prints.

A form is no question of its reader's: what the reader may not see is not asked for, and its cell says so. Everything
else is as in charts: what may not be asked over GraphQL is on no paper, and stands in the audit log as from there.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from auth.permissions import Permissions
from auth.sealed_questions import SealedQuestion
from schema.form_urls import CHOSEN_FORMS, FOUND_FORMS
from schema.identifiers import decoded
from server.printing.layout import LAYOUTS

KINDS = (CHOSEN_FORMS, FOUND_FORMS)

# Whoever may not have the address of a form may not have the form: it is asked for, and left out.
_CHOSEN = "query CollectionForms($ids: [ID!]!) {{ nodes(ids: $ids) {{ __typename {fragments} }} {viewer} }}"
_FOUND = (
    "query CollectionForms($where: MemberFilter, $orderBy: [MemberOrder!], $first: Int) {{"
    " collectionFormsUrl(where: $where) @skip(if: true) {viewer}"
    " members(where: $where, orderBy: $orderBy, first: $first) {{"
    " pageInfo {{ hasNextPage }} nodes {{ __typename {fragments} }} }} }}"
)
_FRAGMENT = "... on {type_name} {{ id collectionFormUrl @skip(if: true) {fields} }}"
_VIEWER = "viewer { organization { name } }"
_PHOTO = "photo"


@dataclass(frozen=True, slots=True)
class FormsQuestion:
    document: str
    variables: dict[str, Any]


def question_of(asked: SealedQuestion, permissions: Permissions, most: int) -> FormsQuestion:
    """At most so many records are found by conditions; and it is told whether there are more."""
    if asked.kind == FOUND_FORMS:
        document = _document(_FOUND, ("Member",), permissions)
        return FormsQuestion(document, {**asked.variables, "first": most})
    types = sorted({decoded(each).type_name for each in asked.variables["ids"]})
    return FormsQuestion(_document(_CHOSEN, tuple(types), permissions), dict(asked.variables))


def is_hidden(uses: Sequence[str], permissions: Permissions) -> bool:
    return any(map(permissions.hides, uses))


@lru_cache(maxsize=256)
def _document(template: str, types: tuple[str, ...], permissions: Permissions) -> str:
    """The same text for all that may see the same, so that it is prepared once."""
    fragments = " ".join(_fragment(type_name, permissions) for type_name in types)
    viewer = "" if is_hidden(("Organization.name",), permissions) else _VIEWER
    return template.format(fragments=fragments, viewer=viewer)


def _fragment(type_name: str, permissions: Permissions) -> str:
    fields = " ".join(_selections(type_name, permissions))
    return _FRAGMENT.format(type_name=type_name, fields=fields)


def _selections(type_name: str, permissions: Permissions) -> Iterator[str]:
    for field in LAYOUTS[type_name].fields:
        if not is_hidden(field.uses, permissions):
            yield field.selection
    if not permissions.hides(f"{type_name}.{_PHOTO}"):
        yield _PHOTO
