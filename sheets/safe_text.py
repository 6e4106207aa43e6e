"""安全文本: texts that a spreadsheet program takes for nothing but text.

What begins as a formula does is run by Excel, WPS and LibreOffice when it stands in a file of text (CWE-1236), and what
looks like a number loses its last digits: an identity number has 18, of which 15 are kept.
"""

import re

MARK = "'"
"""Before a text that would be a formula, as one types it to say that a cell is text."""
KEEPER = "\t"
"""After a text that would be a number or a date: nothing is seen of it, and the text stays whole."""

_SIGNS = "=+@＝＋－＠-"
"""In full width too, which Chinese and Japanese editions understand. The hyphen stands last, where it means itself."""
_BEGINS_A_FORMULA = re.compile(rf"[\s\u200b\u200c\u200d\u2060\ufeff]*[{_SIGNS}]|[\t\r\n]")
_LOOKS_LIKE_A_NUMBER = re.compile(r"[\d０-９][\d０-９.,:/%Ee+\- ]*")


def begins_a_formula(text: str) -> bool:
    """Spaces before it, also those that nobody sees, make no difference."""
    return _BEGINS_A_FORMULA.match(text) is not None


def safe_in_csv(text: str) -> str:
    if begins_a_formula(text):
        return f"{MARK}{text}"
    return f"{text}{KEEPER}" if _LOOKS_LIKE_A_NUMBER.fullmatch(text) else text


def as_written_in_csv(text: str) -> str:
    """What `safe_in_csv` was given: for programs that read such a file again."""
    if text.startswith(MARK) and begins_a_formula(text[1:]):
        return text[1:]
    return text.removesuffix(KEEPER) if _LOOKS_LIKE_A_NUMBER.fullmatch(text.removesuffix(KEEPER)) else text
