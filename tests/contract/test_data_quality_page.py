"""What docs/data-quality.md says of rules is so."""

from pathlib import Path

from domain.validation import CATALOGUE

PAGE = (Path(__file__).parents[2] / "docs" / "data-quality.md").read_text(encoding="utf-8")


def test_it_counts_the_rules() -> None:
    assert "Twenty-eight rules" in PAGE
    assert len(CATALOGUE) == 28
