"""`dengta partition`: the members in parts, by counties, some of which lie in other PostgreSQL servers."""

from typing import Annotated, Literal

import typer

from server.cli.telling import examples

PARTITION_EXAMPLES = examples(
    "dengta partition",
    "dengta partition --json",
    "dengta partition --by county --elsewhere 370200=postgresql://dengta:secret@second.example/members",
    "dengta partition --undo",
    exits="1 when the members are in parts already, or with --undo in none, or another server cannot hold one.",
)


def partition(
    by: Annotated[
        Literal["city", "county"], typer.Option(help="Of what there is one part each, apart from those elsewhere.")
    ] = "city",
    elsewhere: Annotated[
        list[str] | None,
        typer.Option(
            help="An organisation, by its division code or id, and the address of an empty database of another server "
            "that is to hold the members of its subtree; can be given several times.",
            metavar="ORGANIZATION=URL",
        ),
    ] = None,
    undo: Annotated[
        bool, typer.Option("--undo", help="Make one table of the parts again, with the members of other servers in it.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Write the parts to standard output as JSON.")] = False,
) -> None:
    """Part the table of members by cities or counties (分区), or make it one again; no server may run meanwhile.

    What that costs, and from when on it pays, is in docs/scaling.md.
    """
    from server.commands.partitioning import partition_register, unite_register

    if not undo:
        partition_register(by, elsewhere or [], as_json=as_json)
    elif elsewhere:
        raise typer.BadParameter("there are no parts elsewhere once it is undone", param_hint="--undo")
    else:
        unite_register(as_json=as_json)
