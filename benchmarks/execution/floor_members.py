"""The floor's members: rows of its statements as the dicts of the answers, written out by hand."""

from base64 import urlsafe_b64encode
from datetime import date
from typing import Any

from domain.clock import age_on

Row = tuple[Any, ...]


def listed_member(row: Row, branch: dict[str, Any]) -> dict[str, Any]:
    return {
        "name": row[1],
        "identityNumber": row[2],
        "gender": row[3],
        "ethnicity": row[4],
        "birthDate": row[5],
        "education": row[6],
        "category": row[7],
        "joinedOn": row[8],
        "formalOn": row[9],
        "workPosition": row[10],
        "phone": row[11],
        "homeAddress": row[12],
        "status": row[13],
        "lostContact": row[14],
        "floating": row[15],
        "realNameStatus": row[16],
        "version": row[17],
        "updatedAt": row[18],
        "branch": branch,
    }


def paged_member(row: Row) -> dict[str, Any]:
    return {
        "name": row[2],
        "gender": row[3],
        "birthDate": row[4],
        "education": row[5],
        "category": row[6],
        "joinedOn": row[7],
        "workPosition": row[8],
        "phone": row[9],
        "status": row[10],
        "updatedAt": row[11],
    }


def whole_member(number: int, row: Row, branch: dict[str, Any], files: list[Row], day: date) -> dict[str, Any]:
    return {
        "id": urlsafe_b64encode(f"Member:{number}".encode()).decode(),
        "name": row[1],
        "identityNumber": row[2],
        "gender": row[3],
        "ethnicity": row[4],
        "birthDate": row[5],
        "age": row[5] and age_on(row[5], day),
        "education": row[6],
        "category": row[7],
        "joinedOn": row[8],
        "formalOn": row[9],
        "workPosition": row[10],
        "phone": row[11],
        "homeAddress": row[12],
        "status": row[13],
        "lostContact": row[14],
        "lostContactSince": row[15],
        "floating": row[16],
        "floatingDirection": row[17],
        "realNameStatus": row[18],
        "transferInProgress": row[19],
        "photo": row[20],
        "version": row[21],
        "createdAt": row[22],
        "updatedAt": row[23],
        "attachments": [
            {"name": name, "contentType": content_type, "size": size, "uploadedAt": uploaded}
            for name, content_type, size, uploaded in files
        ],
        "branch": branch,
    }
