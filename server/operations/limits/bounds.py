"""限额: how much one request may ask for, and one caller in a minute. docs/limits.md explains the numbers."""

from dataclasses import dataclass, field

from auth.actor import Actor, Role


@dataclass(frozen=True, slots=True)
class DocumentBounds:
    """Of a document, whatever it asks for; fragments count wherever they are spread."""

    characters: int = 100_000
    tokens: int = 5_000
    definitions: int = 100
    """Operations and fragments."""

    selections: int = 2_000
    depth: int = 20
    aliases: int = 100
    root_fields: int = 50
    directives: int = 100
    list_items: int = 10_000
    """In all lists together: those of the document, and those of the variables."""


@dataclass(frozen=True, slots=True)
class CostBounds:
    """In points: docs/limits.md says what costs how many. A budget of 0 is no budget."""

    operation: int = 200_000
    person: int = 2_000_000
    """A minute, in one process."""

    partner: int = 4_000_000
    operator: int = 0

    def budget_of(self, actor: Actor) -> int:
        """Operators' tokens came by no client: whoever can sign them makes as many callers as they like."""
        if actor.client is None:
            return self.operator
        return self.partner if actor.role is Role.PARTNER else self.person


@dataclass(frozen=True, slots=True)
class Limits:
    documents: DocumentBounds = field(default_factory=DocumentBounds)
    costs: CostBounds = field(default_factory=CostBounds)
    introspectors: frozenset[Role] = frozenset(Role)
    """Who may ask for the schema."""
