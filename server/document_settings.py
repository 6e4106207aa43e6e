from pathlib import Path
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field
from pydantic_settings import BaseSettings, NoDecode

from server.lists import names_from, paths_from
from server.operations.document_policy import DEFAULT_EXPLORERS, PERSISTED_QUERY_BYTES


class DocumentSettings(BaseSettings):
    """The part of `Settings` that says which documents are run."""

    trusted_documents: Annotated[
        tuple[Path, ...],
        NoDecode,
        BeforeValidator(paths_from),
        Field(
            description="Manifests of trusted documents, as graphql-codegen, relay-compiler or Apollo write them; "
            "several with commas between. Their documents are checked at the start, and asked for by identifier "
            "(`docs/front-ends.md`)."
        ),
    ] = ()
    documents: Annotated[
        Literal["any", "trusted"],
        Field(description="Which documents are run: `any`, or those of DENGTA_TRUSTED_DOCUMENTS alone (`trusted`)."),
    ] = "any"
    explorers: Annotated[
        frozenset[str],
        NoDecode,
        BeforeValidator(names_from),
        Field(
            description="The client ids of those that may send other documents even so, with commas between; "
            "`partners` for all partners. Tokens of `dengta token` always may."
        ),
    ] = DEFAULT_EXPLORERS
    persisted_query_bytes: Annotated[
        int,
        Field(
            ge=0,
            description="Bytes that automatic persisted queries may take in one process; 0: there are none.",
        ),
    ] = PERSISTED_QUERY_BYTES
