"""Manifests of trusted documents, as front ends' builds write them; a server with one that is wrong does not start."""

import json
from pathlib import Path

import pytest

from server.app import SCHEMA
from server.operations.admission import Admission
from server.operations.document_policy import DocumentPolicy
from server.operations.manifests import ManifestError, documents_of
from server.operations.persisted_queries import PersistedQueries
from server.operations.running import Operations
from tests.commands import free_port, run

VIEWER = "query Viewer { viewer { role } }"


def written(folder: Path, content: object, name: str = "documents.json") -> Path:
    path = folder / name
    path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    return path


def test_each_form_of_a_manifest_is_read(tmp_path: Path) -> None:
    plain = written(tmp_path, {"a1": VIEWER}, "codegen.json")
    operations = [{"id": "a2", "name": "Viewer", "type": "query", "body": VIEWER}]
    apollo = written(
        tmp_path,
        {"format": "apollo-persisted-query-manifest", "version": 1, "operations": operations},
        "apollo.json",
    )
    assert [(found.identifier, found.text) for found in documents_of([plain, apollo])] == [
        ("a1", VIEWER),
        ("a2", VIEWER),
    ]


def test_two_builds_may_have_a_document_in_common(tmp_path: Path) -> None:
    manifests = [written(tmp_path, {"a1": VIEWER}, name) for name in ("old.json", "new.json")]
    assert len(documents_of(manifests)) == 1


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("{", "no JSON at line 1"),
        ([VIEWER], "must be an object"),
        ({"a1": {"body": VIEWER}}, "a1 must have an identifier and a text"),
        ({"": VIEWER}, "must have an identifier"),
        ({f"sha256:{'0' * 64}": VIEWER}, "is not the SHA-256 of its document"),
        ({"format": "apollo-persisted-query-manifest", "operations": [{"id": "a1"}]}, "an id and a body"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_what_is_no_manifest_is_said_to_be_none(tmp_path: Path, content: object, said: str) -> None:
    manifest = written(tmp_path, content)
    with pytest.raises(ManifestError, match=said) as refused:
        documents_of([manifest])
    assert str(manifest) in str(refused.value)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ManifestError, match="cannot be read"):
        documents_of([tmp_path / "none.json"])


def test_one_identifier_for_two_documents_is_refused(tmp_path: Path) -> None:
    manifests = [
        written(tmp_path, {"a1": VIEWER}, "a.json"),
        written(tmp_path, {"a1": "{ viewer { tier } }"}, "b.json"),
    ]
    with pytest.raises(ManifestError, match=r"a1 is another document in .*a\.json"):
        documents_of(manifests)


def test_documents_that_cannot_be_run_are_told_together_and_where(tmp_path: Path) -> None:
    wrong = {f"w{number}": f"query Q{number} {{\n  nothing\n}}" for number in range(7)}
    documents = documents_of([written(tmp_path, {"a1": VIEWER, "broken": "{ viewer", **wrong})])
    with pytest.raises(ManifestError) as refused:
        Admission(Operations(SCHEMA), DocumentPolicy(documents))
    words = str(refused.value)
    assert "broken: Syntax Error: Expected Name, found <EOF> (line 1, column 9)." in words
    assert "w0: Cannot query field 'nothing' on type 'Query' (line 2, column 3)." in words
    assert "And 3 more." in words
    assert "a1" not in words


def test_a_server_with_a_manifest_that_is_wrong_does_not_start(
    tmp_path: Path, own_province_url: str, data_directory: Path
) -> None:
    manifest = written(tmp_path, {"a1": "{ nothing }"})
    done = run(
        "serve",
        DATABASE_URL=own_province_url,
        DENGTA_DATA_DIRECTORY=str(data_directory),
        DENGTA_PORT=str(free_port()),
        DENGTA_TRUSTED_DOCUMENTS=str(manifest),
    )
    assert done.returncode == 1
    assert f"{manifest}: a1: Cannot query field 'nothing' on type 'Query' (line 1, column 3)." in done.stderr
    assert "Traceback" not in done.stderr


def test_persisted_queries_take_no_more_room_than_they_are_given() -> None:
    store = PersistedQueries(16 * 1_000)
    for number in range(40):
        store.keep(str(number), "x" * 300)
        assert store.text("0") is not None, "what is asked for again and again stays"
    kept = [number for number in range(40) if store.text(str(number)) is not None]
    assert kept == [0, *range(21, 40)]
    store.keep("large", "x" * 600)
    store.keep("in Chinese", "字" * 200)
    assert store.text("large") is None
    assert store.text("in Chinese") is None
