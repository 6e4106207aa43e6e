"""A schema in which everything that can go wrong does."""

import asyncio
from collections.abc import Callable
from enum import Enum
from typing import Any, NamedTuple

from graphql import GraphQLField, GraphQLObjectType, GraphQLSchema, build_schema

from execution import BATCHED, Attribute, OfContext, OfSource, Shortcut, declared_shortcuts

SDL = """
scalar Odd
enum Color { RED GREEN BLUE }
interface Thing { name: String! fickle: Int! must: Thing! kin: [Thing] pet: Pet }
union Pet = Cat | Dog
type Cat implements Thing { %(fields)s claws: Int! }
type Dog implements Thing { %(fields)s bark(loud: Boolean = false, times: Int = 2): String! }
type Stray { %(fields)s }
type Query { %(fields)s }
type Mutation { %(fields)s }
type Subscription { %(fields)s }
"""
FIELDS = """
name: String! fickle: Int! must: Thing! kin: [Thing] pet: Pet
none: String noneRequired: String! fails: String failsRequired: Boolean! given: String!
odd: Odd oddRequired: Odd! color: Color colorRequired: Color! big: Int ratio: Float! id: ID!
numbers: [Int] numbersRequired: [Int!]! table: [[Int!]] noList: [Int] trouble: String fine: [Color!]
echo(x: Int = 1, s: String, c: Color, l: [Int!]): String! echoRequired(x: Int!): Int
cat: Cat dog: Dog! stray: Stray cats: [Cat!] dogs: [Dog]! holes: [Cat!]! grid: [[Dog]!]! pets: [Pet!]! lost: Thing misled: Pet
later: String laterRequired: Int! laterCat: Cat laterCats: [Cat!]! laterItems: [Dog] laterFails: Cat! stream: [Int!]
together: String! togetherCat: Cat togetherFails: [Dog!]! togetherSome: Int! togetherNow: Int
"""


class Color(Enum):
    RED = 1
    GREEN = 2
    BLUE = 3


class Animal(NamedTuple):
    """The n-th: what becomes of its fields depends on n. Some can be read as attributes too."""

    kind: str
    number: int

    @property
    def ratio(self) -> float:
        return self.number / 4

    @property
    def given(self) -> str:
        return "a text"


class Painted(NamedTuple):
    """Another class, whose attributes are fields of a named tuple."""

    kind: str
    number: int
    given: str
    ratio: float
    color: "Color"


def an_animal(kind: str, number: int) -> "Animal | Painted":
    if number % 2:
        return Animal(kind, number)
    return Painted(kind, number, "a text", number / 4, Color(number % 3 + 1))


def other(animal: Any, step: int, kind: str = "Cat") -> "Animal | Painted":
    return an_animal(kind, (number_of(animal) * 7 + step) % 11)


def number_of(animal: Any) -> int:
    return animal.number if isinstance(animal, Animal | Painted) else 5


def fail(*_: Any, **__: Any) -> Any:
    raise RuntimeError("it fails")


def fickle(animal: Any, _info: Any) -> Any:
    match number_of(animal) % 4:
        case 0:
            raise ValueError(f"fickle {number_of(animal)}")
        case 1:
            return None
    return number_of(animal)


def resolvers() -> dict[str, Callable[..., Any]]:
    return {
        "fickle": fickle,
        "must": lambda a, _: None if number_of(a) % 5 == 0 else other(a, 1, "Dog"),
        "kin": lambda a, _: [other(a, 2), None, other(a, 3, "Dog"), ValueError("no kin"), Animal("Rock", 1)],
        "pet": lambda a, _: other(a, 4, "Dog") if number_of(a) % 2 else {"__typename": "Cat", "name": "a mapping"},
        "none": lambda *_: None,
        "noneRequired": lambda *_: None,
        "fails": fail,
        "failsRequired": fail,
        "name": lambda a, _: f"name of {number_of(a)}",
        "given": lambda *_: "a text",
        "id": lambda a, _: number_of(a),
        "ratio": lambda a, _: number_of(a) / 4,
        "odd": lambda a, _: number_of(a),
        "oddRequired": lambda a, _: number_of(a) + 1,
        "color": lambda a, _: Color(number_of(a) % 3 + 1),
        "colorRequired": lambda a, _: Color.RED if number_of(a) % 3 else "no colour",
        "big": lambda a, _: 2**40 if number_of(a) % 2 else 7,
        "numbers": lambda a, _: [1, None, "x", number_of(a), 2.5],
        "numbersRequired": lambda a, _: (n if n % 5 else None for n in range(1, 3 + number_of(a))),
        "table": lambda a, _: [[1, 2], None, [3, None], [], [number_of(a)]],
        "noList": lambda *_: "text is no list",
        "trouble": lambda *_: KeyError("given back"),
        "fine": lambda *_: [Color.RED, Color.BLUE],
        "echo": lambda _a, info, **arguments: f"{info.path.as_list()} {sorted(arguments.items(), key=str)}",
        "echoRequired": lambda _a, _info, x: x,
        "cat": lambda a, _: other(a, 1),
        "dog": lambda a, _: None if number_of(a) % 6 == 0 else other(a, 1, "Dog"),
        "stray": lambda a, _: other(a, 1, "Stray" if number_of(a) % 2 else "Cat"),
        "cats": lambda a, _: [other(a, step) for step in range(3)],
        "dogs": lambda a, _: [None, other(a, 1, "Dog"), RuntimeError("no dog")],
        "holes": lambda a, _: [other(a, 1), None] if number_of(a) % 3 == 0 else (other(a, 2), other(a, 3)),
        "grid": lambda a, _: (
            [[other(a, 1, "Dog"), None], None] if number_of(a) % 4 == 0 else [[], [other(a, 2, "Dog")]]
        ),
        "pets": lambda a, _: [other(a, 1), other(a, 2, "Dog")],
        "lost": lambda *_: Animal("Nowhere", 1),
        "misled": lambda *_: Animal("Stray", 1),
        "claws": lambda a, _: None if number_of(a) % 4 == 0 else 20,
        "bark": lambda _a, _info, loud, times: ("WAU" if loud else "wau") * times,
    }


def waiting_resolvers() -> dict[str, Callable[..., Any]]:
    async def value(result: Any, turns: int = 1) -> Any:
        for _ in range(turns):
            await asyncio.sleep(0)
        return result

    async def failure(*_: Any) -> Any:
        await asyncio.sleep(0)
        raise RuntimeError("it fails later")

    async def stream(a: Any) -> Any:
        for number in range(number_of(a) % 4):
            yield None if number == 2 else number

    async def cats(animals: list[Any]) -> list[Any]:
        return [None if number_of(a) % 3 == 0 else other(a, 2) for a in animals]

    return {
        "later": lambda a, _: value(f"later {number_of(a)}"),
        "laterRequired": lambda a, _: value(None if number_of(a) % 2 else 3, 2),
        "laterCat": lambda a, _: value(other(a, 3)),
        "laterCats": lambda a, _: value([other(a, 1), other(a, 2)], 3),
        "laterItems": lambda a, _: [other(a, 1, "Dog"), value(other(a, 2, "Dog")), value(None), failure()],
        "laterFails": failure,
        "stream": lambda a, _: stream(a),
        "together": lambda a, _: (
            [f"together {number_of(x)}" for x in a] if isinstance(a, list) else f"together {number_of(a)}"
        ),
        "togetherCat": lambda a, _: cats(a) if isinstance(a, list) else first_of(cats([a])),
        "togetherFails": failure,
        "togetherSome": lambda a, _: value([some(x) for x in a]) if isinstance(a, list) else raised(some(a)),
        "togetherNow": fail,
    }


def some(animal: Any) -> Any:
    return ValueError("not this one") if number_of(animal) % 3 == 0 else number_of(animal)


async def raised(value: Any) -> Any:
    await asyncio.sleep(0)
    if isinstance(value, Exception):
        raise value
    return value


async def first_of(values: Any) -> Any:
    return (await values)[0]


def torture_schema(*, waits: bool = True) -> GraphQLSchema:
    """`waits`: whether objects' types have to be waited for."""
    asked = slowly if waits else at_once
    schema = build_schema(SDL % {"fields": FIELDS})
    odd: Any = schema.type_map["Odd"]
    odd.coerce_output_value = odd.serialize = write_odd
    color: Any = schema.type_map["Color"]
    for name, value in color.values.items():
        value.value = Color[name]
    for attribute in ("_value_lookup",):
        color.__dict__.pop(attribute, None)
    every = {**resolvers(), **waiting_resolvers()}
    for object_type in schema.type_map.values():
        if isinstance(object_type, GraphQLObjectType) and not object_type.name.startswith("__"):
            for name, field in object_type.fields.items():
                field.resolve = every[name]
                if name.startswith("together"):
                    field.extensions = {BATCHED: True}
    schema.type_map["Stray"].is_type_of = lambda a, _: a.kind == "Stray"  # type: ignore[attr-defined]
    schema.type_map["Dog"].is_type_of = lambda a, _: asked(a.kind == "Dog")  # type: ignore[attr-defined]
    schema.type_map["Thing"].resolve_type = lambda a, *_: a.kind  # type: ignore[attr-defined]
    schema.type_map["Pet"].resolve_type = lambda a, *_: asked(type_name(a))  # type: ignore[attr-defined]
    return schema


async def slowly(value: Any) -> Any:
    await asyncio.sleep(0)
    return value


def at_once(value: Any) -> Any:
    return value


def type_name(animal: Any) -> str:
    return str(animal.kind if isinstance(animal, Animal | Painted) else animal["__typename"])


def write_odd(number: int) -> int | None:
    if number % 3 == 0:
        raise ValueError(f"{number} is not odd enough")
    return None if number % 2 == 0 else number


def read_directly(_parent: GraphQLObjectType, name: str, _field: GraphQLField) -> Shortcut | None:
    """Shortcuts for what needs neither info nor arguments: the same values by every way of reading."""
    if name in TAKE_MORE_THAN_THE_OBJECT or name.startswith("together"):
        return declared_shortcuts(_parent, name, _field)
    resolve = EVERY_RESOLVER[name]
    if name in ATTRIBUTES:
        return Attribute(name)
    if len(name) % 2:
        return OfSource(lambda animal: resolve(animal, None))
    return OfContext(lambda animal, _context: resolve(animal, None))


TAKE_MORE_THAN_THE_OBJECT = ("echo", "echoRequired", "bark")
ATTRIBUTES = ("given", "color", "ratio")
EVERY_RESOLVER = {**resolvers(), **waiting_resolvers()}
