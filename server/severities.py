"""校验规则严重程度的设置: what DENGTA_SEVERITIES says, read and checked."""

import json
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from typing import Any

from pydantic_core import PydanticCustomError

from domain.codes import Severity
from domain.validation import RULES, SeverityChanges

_CONTROLS = ("quality", "special")
_RULE_EXAMPLE = '{"quality": "ERROR", "special": null}'
_EXAMPLE = f'{{"PHONE_INVALID": {_RULE_EXAMPLE}}}'


def severities_from(written: object) -> SeverityChanges:
    """From JSON, or from what stands for it in Python. All that is wrong with it is told at once."""
    rules = _parsed(written) if isinstance(written, str) else written
    if not isinstance(rules, Mapping):
        raise _error([f"it must be an object in JSON, as {_EXAMPLE}"])
    problems = [problem for code, changes in rules.items() for problem in _problems(code, changes)]
    if problems:
        raise _error(problems)
    return {
        code: {control: None if severity is None else Severity[severity] for control, severity in changes.items()}
        for code, changes in rules.items()
    }


def _parsed(written: str) -> object:
    try:
        return json.loads(written, object_pairs_hook=_without_repetition)
    except json.JSONDecodeError as error:
        place = f"line {error.lineno}, column {error.colno}"
        raise _error([f"it is no JSON at {place} ({error.msg}); write for example {_EXAMPLE}"]) from None


def _without_repetition(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    names = [name for name, _ in pairs]
    repeated = sorted({name for name in names if names.count(name) > 1})
    if repeated:
        raise _error([f"{repeated[0]} is there twice; keep one of them"])
    return dict(pairs)


def _problems(code: str, changes: object) -> Iterator[str]:
    if code not in RULES:
        yield f"there is no rule {code}; {_near(code)}"
    elif not isinstance(changes, Mapping):
        yield f"{code} must be an object, as {_RULE_EXAMPLE}"
    else:
        for control, severity in changes.items():
            yield from _problems_of_control(code, control, severity)


def _near(code: str) -> str:
    near = get_close_matches(code.upper(), RULES, n=3)
    listed = "docs/reference/rules.md lists all of them"
    return f"did you mean {' or '.join(near)}?" if near else listed


def _problems_of_control(code: str, control: str, severity: object) -> Iterator[str]:
    if control not in _CONTROLS:
        yield f"{code}.{control} is unknown; write quality or special"
    elif severity is not None and severity not in [each.value for each in Severity]:
        names = ", ".join(each.value for each in Severity)
        yield f"{code}.{control} is {json.dumps(severity)}; write one of {names}, or null"


def _error(problems: list[str]) -> PydanticCustomError:
    return PydanticCustomError("severities", "{problems}", {"problems": "; ".join(problems)})
