"""打印地址: where collection forms are printed (`server/routes/forms.py`)."""

from collections.abc import Mapping
from typing import Any

from auth.sealed_questions import SealedQuestion, seal
from schema.identifiers import encoded
from schema.info import Info

FORMS = "/forms"

CHOSEN_FORMS, FOUND_FORMS = "chosenForms", "foundForms"
"""The kinds of questions, by ids and by conditions; `server/printing/questions.py` asks them."""

ABOUT_FORM_URLS = "Where on this server it is printed, as PDF: `GET` it with the token. Good for a day."


def url_of_form(info: Info, type_name: str, number: int) -> str:
    """Of the one page of that record. An id always fits into an address."""
    return str(url_of_forms(info, CHOSEN_FORMS, {"ids": [encoded(type_name, number)]}))


def url_of_forms(info: Info, kind: str, variables: Mapping[str, Any]) -> str | None:
    """Of the file that answers the question with these variables; None when it is too long for an address."""
    sealed = seal(info.context.code_key, SealedQuestion(kind, variables), info.context.clock())
    return None if sealed is None else f"{FORMS}/{sealed}.pdf"
