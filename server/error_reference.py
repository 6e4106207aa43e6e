"""docs/reference/errors.md: every error that a caller can mend, with its words, gathered from the source.

Most problems are built where they are found, so that they can name a limit or a field: no table holds them all. The
source does: a code stands in one call together with the Chinese sentence and the English one.
"""

import ast
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOMS = ("server", "schema", "resolvers", "auth", "storage", "files", "sheets", "domain")
_ROOT = Path(__file__).parents[1]
_MAKERS = {"Problem", "_problem", "SavingRule", "OpeningRule", "MatrixRule", "unusable_file"}
_FIXED = {"bad_input": "BAD_USER_INPUT", "not_found": "NOT_FOUND", "_duplicate": "DUPLICATE_IDENTITY_NUMBER"}
"""Functions that are given the sentences alone."""

_OF_A_PROTOCOL = "_words"
"""Gives the message of those words that clients know an error by, in no language."""

_CODE = re.compile(r"[A-Z][A-Z0-9_]{3,}")
_CHINESE = re.compile(r"[\u4e00-\u9fff]")


_Assignment = tuple[str, ast.expr]
Words = tuple[str, str]
"""A sentence in Chinese, and in English."""


@dataclass(frozen=True, slots=True)
class Told:
    code: str
    chinese: str
    english: str


@dataclass(frozen=True, slots=True)
class _Names:
    """What names stand for: texts, and the messages that are bound to them, one by one or in a table."""

    texts: Mapping[str, str]
    messages: Mapping[str, Sequence[Words]]

    def and_those_of(self, assignments: Sequence[_Assignment]) -> "_Names":
        texts = {name: text for name, value in assignments if (text := _text(value, {}))}
        every_text = {**self.texts, **texts}
        messages = {name: words for name, value in assignments if (words := _messages_in(value, every_text))}
        return _Names(every_text, {**self.messages, **messages})


def errors_page() -> str:
    rows = [
        f"| `{code}` | {_joined(told.chinese for told in found)} | {_joined(told.english for told in found)} |"
        for code, found in sorted(told_by_code().items())
    ]
    return _INTRODUCTION + "\n".join(rows) + "\n"


_INTRODUCTION = """<!-- Written by `make schema` from the code. -->

# 错误 Errors

What callers can mend, in the language of `Accept-Language`; codes never change. A mutation gives them in its `errors`
(`code`, `message`, `path` of the input), and has saved nothing then. A query gives them in the top-level `errors`
(`extensions.code`), other addresses with an HTTP status. `…` stands for what the error itself names: a limit, a
field. An error that carries an `extensions.correlationId` is the server's own: its log knows more under that id.

| code | 中文 | English |
|---|---|---|
"""


def told_by_code() -> Mapping[str, Sequence[Told]]:
    modules = [ast.parse(path.read_text(encoding="utf-8")) for room in ROOMS for path in _sources(room)]
    shared = _Names({}, {}).and_those_of([pair for module in modules for pair in _assignments(module.body)])
    found: dict[str, dict[Told, None]] = defaultdict(dict)
    for module in modules:
        for told in _told_in(module, shared):
            found[told.code][told] = None
    return {code: list(told) for code, told in found.items()}


def _sources(room: str) -> list[Path]:
    return sorted(path for path in (_ROOT / room).rglob("*.py") if "migrations" not in path.parts)


def _assignments(statements: Sequence[ast.stmt]) -> list[_Assignment]:
    """Of values to names, by these statements themselves."""
    one = [(part.targets[0], part.value) for part in statements if isinstance(part, ast.Assign)]
    typed = [(part.target, part.value) for part in statements if isinstance(part, ast.AnnAssign) and part.value]
    return [
        (_name(target), value)
        for targets, values in one + typed
        for target, value in zip(_each(targets), _each(values), strict=False)
        if _name(target)
    ]


def _each(node: ast.expr) -> Sequence[ast.expr]:
    return node.elts if isinstance(node, ast.Tuple) else [node]


def _told_in(node: ast.AST, names: _Names) -> Iterator[Told]:
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Module):
        names = names.and_those_of(_assignments([part for part in ast.walk(node) if isinstance(part, ast.stmt)]))
    if code := _code_of(node):
        yield from (Told(code, *words) for words in _words_of(_parts(node), names))
    for child in ast.iter_child_nodes(node):
        yield from _told_in(child, names)


def _code_of(node: ast.AST) -> str | None:
    if isinstance(node, ast.Call) and (maker := _name(node.func)) in _FIXED:
        return _FIXED[maker]
    is_a_row = isinstance(node, ast.Tuple) and any(_messages_in(part, {}) for part in node.elts)
    if is_a_row or (isinstance(node, ast.Call) and _name(node.func) in _MAKERS):
        first = next(iter(_parts(node)), None)
        if isinstance(first, ast.Constant) and isinstance(first.value, str) and _CODE.fullmatch(first.value):
            return first.value
    return None


def _parts(node: ast.AST) -> Sequence[ast.expr]:
    if isinstance(node, ast.Call):
        return [*node.args, *(keyword.value for keyword in node.keywords)]
    return node.elts if isinstance(node, ast.Tuple) else []


def _words_of(parts: Sequence[ast.expr], names: _Names) -> Sequence[Words]:
    """The sentences among the parts: of a message, of one with a name or out of a table, or two texts in a row."""
    for part in parts:
        name = _name(part.value if isinstance(part, ast.Subscript) else part)
        if words := _messages_in(part, names.texts) or names.messages.get(name):
            return words
    texts = [text for part in parts if (text := _text(part, {}))]
    chinese = next((number for number, text in enumerate(texts) if _CHINESE.search(text)), len(texts))
    return [(texts[chinese], texts[chinese + 1])] if chinese + 1 < len(texts) else []


def _messages_in(node: ast.expr, texts: Mapping[str, str]) -> Sequence[Words]:
    """Of a `Message(…)`, or of a table of them."""
    if isinstance(node, ast.Dict):
        return [words for value in node.values for words in _messages_in(value, texts)]
    maker = _name(node.func) if isinstance(node, ast.Call) else ""
    said = [text for part in _parts(node) if (text := _text(part, texts)) and re.search(r"\w", text)]
    if maker == _OF_A_PROTOCOL and said:
        return [(said[0], said[0])]
    return [(said[0], said[1])] if maker == "Message" and len(said) > 1 else []


def _text(node: ast.expr, texts: Mapping[str, str]) -> str | None:
    """What it says, with `…` for all that is known only when it is said."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return re.sub(r"\{\w*\}", "…", node.value)
    if isinstance(node, ast.JoinedStr):
        return "".join(_text(part, texts) or "…" for part in node.values)
    return texts.get(_name(node))


def _name(node: ast.expr) -> str:
    return node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""


def _joined(texts: Iterator[str]) -> str:
    return "<br>".join(text.replace("|", "\\|") for text in dict.fromkeys(texts))
