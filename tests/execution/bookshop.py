"""A Strawberry schema that uses much of what Strawberry has, and nothing of the register."""

from collections.abc import Callable
from enum import Enum
from typing import Annotated, Any, Generic, TypeVar

import strawberry
from strawberry.dataloader import DataLoader
from strawberry.extensions import FieldExtension
from strawberry.permission import BasePermission
from strawberry.types.field import StrawberryField

from execution import BATCHED, OF_CONTEXT

ItemT = TypeVar("ItemT")


@strawberry.enum
class Genre(Enum):
    NOVEL = "novel"
    POETRY = "poetry"
    SCIENCE = strawberry.enum_value("science", description="of any kind")


class Staff(BasePermission):
    message = "for the staff"

    def has_permission(self, source: Any, info: Any, **_: Any) -> bool:  # noqa: ARG002 - as Strawberry calls it
        return bool(info.context["staff"])


class Broken(BasePermission):
    message = "never said"

    def has_permission(self, source: Any, info: Any, **_: Any) -> bool:  # noqa: ARG002 - as Strawberry calls it
        raise LookupError("no permissions here")


class Slow(BasePermission):
    message = "not even slowly"

    async def has_permission(self, source: Any, info: Any, **_: Any) -> bool:  # noqa: ARG002 - as Strawberry calls it
        return bool(info.context["staff"])


class Loud(FieldExtension):
    def resolve(self, next_: Callable[..., Any], source: Any, info: Any, **arguments: Any) -> Any:
        return str(next_(source, info, **arguments)).upper()


class Quoted(StrawberryField):
    """A field class of one's own, as libraries for ORMs bring it."""

    def get_result(self, source: Any, info: Any, args: list[Any], kwargs: dict[str, Any]) -> Any:
        return f"“{super().get_result(source, info, args, kwargs)}”"


def worth_in_currency(book: "Book", context: dict[str, Any]) -> str:
    return f"{book.price} {context['currency']}"


@strawberry.interface
class Product:
    name: str
    price: float = strawberry.field(description="in yuan")

    @strawberry.field
    def label(self) -> str:
        return f"{self.name}: {self.price:.2f}"


@strawberry.type
class Map(Product):
    scale: int


@strawberry.type
class Book(Product):
    genre: Genre
    author_id: strawberry.Private[int]
    pages: int | None = None
    tags: list[str] = strawberry.field(default_factory=list)
    translated: "Book | None" = None
    secret: str = strawberry.field(default="s", permission_classes=[Staff])
    odd_secret: str = strawberry.field(default="s", permission_classes=[Broken])
    shouted: str = strawberry.field(default="quiet", extensions=[Loud()])
    quoted: str = Quoted(python_name="quoted", default="said")  # type: ignore[assignment] # as any field
    renamed: int = strawberry.field(default=5, name="anotherName")

    @strawberry.field
    async def author(self, info: strawberry.Info) -> Annotated["Author", strawberry.lazy("tests.execution.bookshop")]:
        author: Author = await info.context["authors"].load(self.author_id)
        return author

    @strawberry.field
    def shout(root: "Book") -> str:  # noqa: N805 - Strawberry's other name for it
        return root.name.upper()

    @strawberry.field
    def title(parent: strawberry.Parent["Book"]) -> str:  # noqa: N805 - Strawberry's third
        return parent.name.title()

    @strawberry.field
    async def slowly(self) -> str:
        return self.name

    @strawberry.field
    def excerpt(self, info: strawberry.Info, words: int = 1) -> str:
        return f"{info.field_name} {info.python_name} {words} of {self.pages}"

    @strawberry.field
    def thickness(self) -> int:
        if self.pages is None:
            raise ValueError(f"nobody knows of {self.name}")
        return self.pages // 10

    @strawberry.field(permission_classes=[Slow])  # type: ignore[untyped-decorator] # as it is with these arguments
    def profit(self) -> float:
        return self.price / 2

    @strawberry.field(extensions=[Loud()])  # type: ignore[untyped-decorator] # as it is with these arguments
    def whisper(self, to: str = "me") -> str:
        return f"{self.name} to {to}"

    @strawberry.field(metadata={BATCHED: True})  # type: ignore[untyped-decorator] # as it is with these arguments
    def stock(root: Any, info: strawberry.Info) -> int:  # noqa: N805 - as above
        info.context["asked"].append([one.name for one in root] if isinstance(root, list) else root.name)
        lengths: Any = [len(one.name) for one in root] if isinstance(root, list) else len(root.name)
        return lengths  # type: ignore[no-any-return]

    @strawberry.field(metadata={OF_CONTEXT: worth_in_currency})  # type: ignore[untyped-decorator] # as it is with these arguments
    def worth(self, info: strawberry.Info) -> str:
        return worth_in_currency(self, info.context)


@strawberry.type
class Author:
    id: strawberry.ID
    name: str
    best: Product | None

    @strawberry.field
    async def books(self, info: strawberry.Info) -> list[Book]:
        return [book for book in info.context["books"] if str(book.author_id) == self.id]


@strawberry.type
class Edge(Generic[ItemT]):
    cursor: str
    node: ItemT


@strawberry.type
class Connection(Generic[ItemT]):
    edges: list[Edge[ItemT]]

    @strawberry.field
    def nodes(self) -> list[ItemT]:
        return [edge.node for edge in self.edges]


@strawberry.input
class Filter:
    genre: Genre | None = None
    at_most: float = 100.0
    names: list[str] = strawberry.field(default_factory=lambda: ["*"])
    unset: str | None = strawberry.UNSET


def connection(items: list[Any]) -> Any:
    return Connection(edges=[Edge(cursor=str(number), node=item) for number, item in enumerate(items)])


@strawberry.type
class Query:
    @strawberry.field
    def books(self, info: strawberry.Info, where: Filter | None = None) -> Connection[Book]:
        where = where or Filter()
        chosen = [
            book
            for book in info.context["books"]
            if book.price <= where.at_most and where.genre in (None, book.genre) and set(where.names) & {"*", book.name}
        ]
        return connection(chosen)  # type: ignore[no-any-return]

    @strawberry.field
    async def products(self, info: strawberry.Info) -> Connection[Product]:
        return connection([*info.context["books"][:2], Map(name="map", price=3.5, scale=1000)])  # type: ignore[no-any-return]

    @strawberry.field
    def anything(self, info: strawberry.Info) -> list[Annotated[Book | Map | Author, strawberry.union("Anything")]]:
        return [info.context["books"][0], Map(name="map", price=3.5, scale=1000), info.context["all_authors"][0]]

    @strawberry.field
    def describe(self, where: Filter) -> str:
        return f"{where.genre} {where.at_most} {where.names} {where.unset is strawberry.UNSET}"


@strawberry.type
class Mutation:
    @strawberry.mutation
    def order(self, info: strawberry.Info, name: str) -> list[str]:
        info.context["orders"].append(name)
        return list(info.context["orders"])

    @strawberry.mutation
    async def cancel(self, info: strawberry.Info) -> str:
        return str(info.context["orders"].pop())


async def load_authors(keys: list[int]) -> list[Author]:
    return [author for key in keys for author in authors() if author.id == str(key)]


def authors() -> list[Author]:
    best = Map(name="globe", price=9, scale=1)
    return [Author(id=strawberry.ID("1"), name="王", best=None), Author(id=strawberry.ID("2"), name="Li", best=best)]


def books() -> list[Book]:
    first = Book(name="first", price=10, genre=Genre.NOVEL, author_id=1, pages=120, tags=["a", "b"])
    second = Book(name="second", price=20.5, genre=Genre.POETRY, author_id=2, translated=first)
    return [first, second, Book(name="third", price=99, genre=Genre.SCIENCE, author_id=1, pages=7, translated=first)]


def context(*, staff: bool = False) -> dict[str, Any]:
    return {
        "staff": staff,
        "currency": "¥",
        "books": books(),
        "all_authors": authors(),
        "authors": DataLoader(load_fn=load_authors),
        "orders": [],
        "asked": [],
    }


SCHEMA = strawberry.Schema(Query, Mutation, types=[Map])
