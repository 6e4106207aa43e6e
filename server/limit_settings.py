"""限额的设置: how much one request may ask for, and one caller in a minute."""

from typing import Annotated, Self

from pydantic import BeforeValidator, Field, model_validator
from pydantic_settings import BaseSettings, NoDecode

from auth.actor import Role
from server.lists import names_from
from server.operations.limits.bounds import CostBounds, DocumentBounds, Limits

_DOCUMENTS, _COSTS = DocumentBounds(), CostBounds()


class LimitSettings(BaseSettings):
    """The part of `Settings` that says how much may be asked for; docs/limits.md explains it."""

    document_characters: Annotated[
        int, Field(ge=1_000, description="Characters that a GraphQL document may have; variables do not count.")
    ] = _DOCUMENTS.characters
    document_tokens: Annotated[int, Field(ge=100, description="Tokens that a GraphQL document may have.")] = (
        _DOCUMENTS.tokens
    )
    document_definitions: Annotated[
        int, Field(ge=1, description="Operations and fragments that a document may have.")
    ] = _DOCUMENTS.definitions
    document_selections: Annotated[
        int,
        Field(
            ge=1, description="Fields and fragments that an operation may select, wherever its fragments are spread."
        ),
    ] = _DOCUMENTS.selections
    document_depth: Annotated[
        int, Field(ge=1, le=100, description="Levels of fields that an operation may have in one another.")
    ] = _DOCUMENTS.depth
    document_aliases: Annotated[int, Field(ge=0, description="Aliases that an operation may have.")] = (
        _DOCUMENTS.aliases
    )
    document_root_fields: Annotated[
        int, Field(ge=1, description="Fields that an operation may have at its root, by whatever name.")
    ] = _DOCUMENTS.root_fields
    document_directives: Annotated[int, Field(ge=0, description="Directives that an operation may have.")] = (
        _DOCUMENTS.directives
    )
    request_list_items: Annotated[
        int,
        Field(
            ge=1,
            description="Items that the lists of a document may hold all together, and as many those of the variables.",
        ),
    ] = _DOCUMENTS.list_items
    operation_cost: Annotated[
        int, Field(ge=100, description="Points that one operation may cost; `docs/limits.md` says what costs how many.")
    ] = _COSTS.operation
    person_cost_per_minute: Annotated[
        int,
        Field(ge=0, description="Points that one person may spend a minute in one process; 0: as many as they like."),
    ] = _COSTS.person
    partner_cost_per_minute: Annotated[
        int, Field(ge=0, description="Points that one partner's system may spend a minute in one process; 0: no limit.")
    ] = _COSTS.partner
    operator_cost_per_minute: Annotated[
        int, Field(ge=0, description="Points for each name that tokens of `dengta token` are made for; 0: no limit.")
    ] = _COSTS.operator
    introspection: Annotated[
        frozenset[Role],
        NoDecode,
        BeforeValidator(names_from),
        Field(
            description="The roles that may ask for the schema (`__schema`, `__type`) and are told what they may have "
            "meant, as `ADMINISTRATOR, PARTNER`; empty: nobody. Strangers never."
        ),
    ] = frozenset(Role)

    @model_validator(mode="after")
    def _budgets_hold_an_operation(self) -> Self:
        budgets = (self.person_cost_per_minute, self.partner_cost_per_minute, self.operator_cost_per_minute)
        if any(0 < budget < self.operation_cost for budget in budgets):
            raise ValueError(
                f"no budget a minute may be smaller than DENGTA_OPERATION_COST ({self.operation_cost}): what one "
                "operation may cost must be possible to pay"
            )
        return self

    @property
    def limits(self) -> Limits:
        documents = DocumentBounds(
            characters=self.document_characters,
            tokens=self.document_tokens,
            definitions=self.document_definitions,
            selections=self.document_selections,
            depth=self.document_depth,
            aliases=self.document_aliases,
            root_fields=self.document_root_fields,
            directives=self.document_directives,
            list_items=self.request_list_items,
        )
        costs = CostBounds(
            operation=self.operation_cost,
            person=self.person_cost_per_minute,
            partner=self.partner_cost_per_minute,
            operator=self.operator_cost_per_minute,
        )
        return Limits(documents, costs, self.introspection)
