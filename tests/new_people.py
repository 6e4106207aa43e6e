"""Synthetic persons who are not in the register, with identity numbers on which the simulated registry says what is
wanted (server/gateways/population_simulator.py)."""

from itertools import count
from typing import Any

from domain.identity_numbers import check_character
from domain.records import OrganizationRecord
from schema.identifiers import encoded

_serials = count(1)
MATCHING, MISMATCHING, UNKNOWN, WITHOUT_ANSWER = "0", "8", "9", "X"


def new_number(ending: str = MATCHING) -> str:
    """An identity number that nobody else is given, of a woman or a man born on 1990-05-04."""
    while True:
        first = f"37010219900504{next(_serials) % 1000:03}"
        if check_character(first) == ending:
            return first + ending


def new_member(branch: OrganizationRecord, ending: str = MATCHING, **given: Any) -> dict[str, Any]:
    """What is entered of a person, complete and without fault."""
    return {
        "name": "欧阳建国",
        "identityNumber": new_number(ending),
        "ethnicity": "HAN",
        "education": "BACHELOR",
        "category": "FORMAL",
        "branchId": encoded("Organization", branch.id),
        "joinedOn": "2012-07-01",
        "formalOn": "2013-07-01",
        "workPosition": "WORKER",
        "phone": "13800138000",
        "homeAddress": "山东省济南市历下区解放路1号",
        "status": "NORMAL",
        "lostContact": False,
        "floating": False,
        **given,
    }
