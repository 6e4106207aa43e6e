"""A compiled executor for GraphQL: graphql-core's semantics, many times its speed on lists. See README.md."""

from execution.executor import CompiledExecutor, CompiledOperation, Declined
from execution.shortcuts import (
    BATCHED,
    Attribute,
    Batched,
    FindShortcut,
    OfContext,
    OfSource,
    Shortcut,
    declared_shortcuts,
    no_shortcuts,
)
from execution.strawberry_shortcuts import OF_CONTEXT, strawberry_shortcuts

__all__ = [
    "BATCHED",
    "OF_CONTEXT",
    "Attribute",
    "Batched",
    "CompiledExecutor",
    "CompiledOperation",
    "Declined",
    "FindShortcut",
    "OfContext",
    "OfSource",
    "Shortcut",
    "declared_shortcuts",
    "no_shortcuts",
    "strawberry_shortcuts",
]
