from sqlalchemy import Enum, MetaData, Text
from sqlalchemy.orm import DeclarativeBase

from domain.codes import CodeList

_CONSTRAINT_NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    """No model has a relationship that loads by itself: what a query needs, it names."""

    metadata = MetaData(naming_convention=_CONSTRAINT_NAMES)


def text_column() -> Text:
    """Text compared by code point: the same order in every PostgreSQL, and LIKE 'x%' can use a btree index."""
    return Text(collation="C")


def code_column(codes: type[CodeList], name: str) -> Enum:
    """A native PostgreSQL enum: four bytes, spelled as in the GraphQL schema, ordered as the list is."""
    return Enum(*[code.value for code in codes], name=name)
