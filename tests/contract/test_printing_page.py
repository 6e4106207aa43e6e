"""What docs/printing.md says of limits is so."""

from pathlib import Path

from server.settings import Settings

DOCS = Path(__file__).parents[2] / "docs"


def test_it_says_how_many_forms_a_file_has() -> None:
    page = (DOCS / "printing.md").read_text(encoding="utf-8")
    assert f"at most {Settings.model_fields['forms_per_file'].default} forms" in page
