"""docs/reference/command-line.md, written from the command line itself."""

from collections.abc import Iterator
from typing import Any

import typer
from typer.core import TyperArgument, TyperCommand, TyperGroup, TyperOption
from typer.main import get_command

from server.cli import app

_INTRODUCTION = (
    "What `--help` says, of every command. [The command line](../command-line.md) says what they have in common: exit "
    "codes, output for programs, completion."
)

Command = TyperCommand | TyperGroup


def command_line_page() -> str:
    found = [_section(name, command) for name, command in shown_commands()]
    return "\n\n".join(["# 命令行 Command line", _INTRODUCTION, *found]) + "\n"


def shown_commands() -> Iterator[tuple[str, Command]]:
    """All that can be called, by what one writes: `dengta audit verify`."""
    yield from _below("dengta", get_command(app))


def _below(name: str, command: Any) -> Iterator[tuple[str, Command]]:
    if command.hidden:
        return
    if not isinstance(command, TyperGroup):
        yield name, command
        return
    if command.invoke_without_command:
        yield name, command
    for word, each in command.commands.items():
        yield from _below(f"{name} {word}", each)


def options_of(command: Command) -> list[TyperOption]:
    return [each for each in command.params if isinstance(each, TyperOption) and "--help" not in each.opts]


def arguments_of(command: Command) -> list[TyperArgument]:
    return [each for each in command.params if isinstance(each, TyperArgument)]


def _section(name: str, command: Command) -> str:
    parts = [f"## {name}", command.help or ""]
    rows = [f"| `{_word(argument)}` | {argument.help} | |" for argument in arguments_of(command)]
    rows += [f"| `{_spelt(command, option)}` | {option.help} | {_default(option)} |" for option in options_of(command)]
    if rows:
        parts.append("| option | what it is | default |\n|---|---|---|\n" + "\n".join(rows))
    lines, _, exits = (command.epilog or "").partition("\n\n")
    parts.append("```sh\n" + "\n".join(lines.splitlines()[1:]) + "\n```")
    return "\n\n".join([*parts, exits] if exits else parts)


def _word(argument: TyperArgument) -> str:
    return (argument.name or "").upper()


def _spelt(command: Command, option: TyperOption) -> str:
    name = ", ".join(option.opts)
    value = option.display_type(typer.Context(command)).replace("|", "\\|")
    return name if option.is_flag else f"{name} {value}"


def _default(option: TyperOption) -> str:
    if option.required:
        return "required"
    return "" if option.default is None or option.is_flag else f"`{option.default}`"
