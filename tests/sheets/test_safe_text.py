"""安全文本: nothing in a file of text is a formula, and no number of a person loses a digit."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sheets.safe_text import KEEPER, MARK, as_written_in_csv, begins_a_formula, safe_in_csv


@pytest.mark.parametrize("sign", list("=+-@＝＋－＠"))
@pytest.mark.parametrize("before", ["", " ", "\u3000", "\u200b", "\ufeff ", "\t"])
def test_what_begins_as_a_formula_is_marked(sign: str, before: str) -> None:
    text = f"{before}{sign}cmd|'/C calc'!A0"
    assert begins_a_formula(text)
    assert safe_in_csv(text) == MARK + text


@pytest.mark.parametrize("text", ["\tx", "\rx", "\nx", "=", "-"])
def test_a_tab_a_line_break_and_a_sign_alone_are_marked_too(text: str) -> None:
    assert safe_in_csv(text) == MARK + text


@pytest.mark.parametrize(
    "text", ["370102199001011234", "13800001234", "0531-88886666", "2024-02-29", "1e5", "１２３", "5%"]
)
def test_what_looks_like_a_number_or_a_date_stays_text(text: str) -> None:
    assert safe_in_csv(text) == text + KEEPER


@pytest.mark.parametrize("text", ["", "张建国", "37010219900101123X", "a=b", "'=1", "3号楼", "·"])
def test_other_texts_stay_as_they_are(text: str) -> None:
    assert safe_in_csv(text) == text


@given(st.text(alphabet=st.one_of(st.characters(), st.sampled_from("=+-@＝＋－＠'\t\r\n 0123456789.e\u200b"))))
def test_each_text_is_read_back_and_begins_no_formula(text: str) -> None:
    written = safe_in_csv(text)
    assert not begins_a_formula(written)
    if not text.startswith(MARK) and not text.endswith(KEEPER):
        assert as_written_in_csv(written) == text
