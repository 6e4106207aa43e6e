"""The tools of front-end developers take the schema, and the server takes what they make (`make test-schema-tools`)."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from server.app import SCHEMA
from server.operations.admission import Admission
from server.operations.document_policy import DocumentPolicy
from server.operations.manifests import TrustedDocument, documents_of, sha256_identifier
from server.operations.running import Operations

ROOT = Path(__file__).parents[2]
TOOLS = ROOT / "tests/schema_tools"
EXAMPLES = "server/example_queries/*.graphql"
RULES = (
    "arguments-have-descriptions",
    "defined-types-are-used",
    "deprecations-have-a-reason",
    "enum-values-all-caps",
    "enum-values-have-descriptions",
    "fields-are-camel-cased",
    "fields-have-descriptions",
    "input-object-values-are-camel-cased",
    "input-object-values-have-descriptions",
    "relay-connection-arguments-spec",
    "relay-connection-types-spec",
    "relay-page-info-spec",
    "types-are-capitalized",
    "types-have-descriptions",
)
"""Those of graphql-schema-linter but for the alphabetical orders: ours is that in which people look for things."""


@pytest.fixture(autouse=True)
def _tools_are_there() -> None:
    if shutil.which("node") is None or not (TOOLS / "node_modules").exists():
        pytest.skip("Node or the packages of tests/schema_tools are not there: make test-schema-tools")


def run_tool(name: str, *arguments: str, folder: Path = ROOT) -> str:
    """What it said, when it has found nothing wrong."""
    done = subprocess.run(
        [TOOLS / "node_modules/.bin" / name, *arguments], cwd=folder, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def documents_that_the_server_takes(manifest: Path) -> list[TrustedDocument]:
    documents = documents_of([manifest])
    Admission(Operations(SCHEMA), DocumentPolicy(documents))
    return documents


def test_graphql_eslint_finds_the_schema_in_order() -> None:
    run_tool("eslint", "--config", str(TOOLS / "eslint.config.js"), "schema.graphql")


def test_graphql_schema_linter_finds_the_schema_in_order() -> None:
    run_tool("graphql-schema-linter", "--rules", ",".join(RULES), "schema.graphql")


def test_graphql_inspector_finds_the_example_queries_valid() -> None:
    assert "All documents are valid" in run_tool("graphql-inspector", "validate", EXAMPLES, "schema.graphql")


def test_the_server_takes_the_manifest_of_graphql_codegen(tmp_path: Path) -> None:
    preset = {"persistedDocuments": {"hashAlgorithm": "sha256"}}
    made = {f"{tmp_path}/": {"preset": "client", "presetConfig": preset, "config": {"documentMode": "string"}}}
    config = {"schema": str(ROOT / "schema.graphql"), "documents": str(ROOT / EXAMPLES), "generates": made}
    (tmp_path / "codegen.json").write_text(json.dumps(config))
    run_tool("graphql-codegen", "--config", str(tmp_path / "codegen.json"), folder=TOOLS)
    documents = documents_that_the_server_takes(tmp_path / "persisted-documents.json")
    assert len(documents) == len(list(ROOT.glob(EXAMPLES)))
    assert [found.identifier for found in documents] == [sha256_identifier(found.text) for found in documents]


def test_the_server_takes_the_manifest_of_relay(tmp_path: Path) -> None:
    shutil.copy(TOOLS / "members.js", tmp_path)
    shutil.copy(ROOT / "schema.graphql", tmp_path)
    (tmp_path / "made").mkdir()
    (tmp_path / "queries.json").write_text("{}")
    config = {
        "src": ".",
        "schema": "schema.graphql",
        "language": "javascript",
        "artifactDirectory": "made",
        "persistConfig": {"file": "queries.json", "algorithm": "SHA256"},
    }
    (tmp_path / "relay.config.json").write_text(json.dumps(config))
    run_tool("relay-compiler", folder=tmp_path)
    assert len(documents_that_the_server_takes(tmp_path / "queries.json")) == 3
