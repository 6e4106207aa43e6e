"""Where canaries are planted: in all that the schema shows of people, and beside it. In a register of one's own."""

from typing import Any

import psycopg
from psycopg import Connection

from auth.sealed_at_rest import EXPORTS, SAVED_QUERIES, seal_at_rest
from schema.identifiers import encoded
from storage.engine import libpq_url
from storage.models import Member
from tests.fuzzing import canaries as of
from tests.fuzzing.canaries import Canaries

_OWN = "tester"
"""The subject of every asker: what is theirs at one place is not at another."""

_PEOPLE = """
UPDATE members SET name = left(name, 1) || '藏名' || id || '止', home_address = '山东省济南市藏址' || id || '止';
UPDATE organizations SET name = name || '藏机' || id || '止';
UPDATE member_accounts SET state = 'CANCELLED', cancelled_by = 'somebody', cancelled_at = now(),
                           cancelled_because = '藏销' || member_id || '止' WHERE member_id % 3 = 0;
INSERT INTO accounts (subject, name, identity_number, phone, role, organization_id, org_path, state, password_hash)
SELECT 'account-' || m.id, '藏员' || m.id || '止', '99' || lpad(m.id::text, 15, '0') || 'X',
       '199' || lpad(m.id::text, 8, '0'), 'ADMINISTRATOR', o.id, o.path, 'ACTIVE', '藏密' || m.id || '止'
FROM members m JOIN organizations o ON o.id = m.branch_id WHERE m.id % 50 = 0;
INSERT INTO messages (key, channel, recipient, template, body, state)
SELECT 'message-' || id, 'SMS', phone, 'sign_in_code', '藏密' || id || '止', 'PENDING' FROM members WHERE id % 50 = 0;
"""

# Asked for by the branch's own account or by a strange one, and of every other one by a strange organisation too.
_REQUESTS = """
CREATE TEMPORARY TABLE asked AS
SELECT m.id, m.branch_id, m.org_path, r.id AS requester_id, r.path AS requester_path,
       'account-' || CASE WHEN m.id % 3 = 0 THEN m.id / 50 * 50 ELSE 2000 - m.id / 50 * 50 END AS asker
FROM members m
JOIN (SELECT id, path, row_number() OVER (ORDER BY id) AS place, count(*) OVER () AS places FROM organizations) r
ON CASE WHEN m.id % 2 = 0 THEN r.id = m.branch_id ELSE r.place = m.id * 7 % r.places + 1 END
WHERE m.id % 20 IN (1, 2, 3, 4);
INSERT INTO approval_requests (kind, state, member_id, member_name, branch_id, org_path, reason, requested_by,
                               requested_at, requester_organization_id, requester_path, changes, version)
SELECT CASE WHEN id % 40 = 1 THEN 'RENAME' ELSE 'EXPULSION' END::request_kind, 'PENDING', id, '藏申' || id || '止', branch_id,
       org_path, '藏因' || id || '止', asker, now(), requester_id, requester_path,
       CASE WHEN id % 40 = 1 THEN jsonb_build_object('home_address', jsonb_build_array(
           '山东省济南市藏原' || id || '止', '山东省济南市藏改' || id || '止')) END, 1
FROM asked WHERE id % 20 IN (1, 2);
INSERT INTO approval_requests (kind, state, member_id, member_name, branch_id, org_path, reason, requested_by,
                               requested_at, requester_organization_id, requester_path, decided_by, decided_at,
                               decider_organization_id, opinion, restored_by, restored_at, restored_because, purged_by,
                               purged_at, purged_because, version)
SELECT 'OTHER_REMOVAL', 'APPROVED', id, '藏申' || id || '止', branch_id, org_path, '藏因' || id || '止', asker, now(),
       requester_id, requester_path, asker, now(), requester_id, '藏见' || id || '止', 'somebody', now(),
       '藏回' || id || '止', 'somebody', now(), '藏删' || id || '止', 2
FROM asked WHERE id % 20 IN (3, 4);
INSERT INTO history_members ({columns}, kind, archived_at, reason, request_id)
SELECT {members}, 'OTHER', now(), '藏离' || m.id || '止', r.id
FROM members m JOIN approval_requests r ON r.member_id = m.id AND r.kind = 'OTHER_REMOVAL' WHERE m.id % 20 = 4;
UPDATE history_members SET name = replace(name, '藏名', '藏旧'), home_address = replace(home_address, '藏址', '藏居');
DELETE FROM members WHERE id IN (SELECT id FROM history_members);
"""

_FILES = """
UPDATE files SET name = '藏附' || member_id || '止.pdf' WHERE member_id IS NOT NULL;
INSERT INTO files (purpose, member_id, name, content_type, size, object_key)
SELECT 'ATTACHMENT', id, '藏附' || id || '止.pdf', 'application/pdf', 1, 'planted-' || id
FROM (SELECT id FROM members WHERE id % 20 = 5 UNION ALL SELECT id FROM history_members) AS owner;
INSERT INTO files (purpose, request_id, name, content_type, size, object_key)
SELECT 'ATTACHMENT', id, '藏证' || member_id || '止.pdf', 'application/pdf', 1, 'proof-' || id FROM approval_requests;
INSERT INTO files (purpose, name, content_type, size, object_key, uploaded_by)
SELECT 'ATTACHMENT', '藏件' || id || '止.pdf', 'application/pdf', 1, 'staged-' || id, 'somebody'
FROM organizations WHERE id % 10 = 0;
"""

_BESIDE = """
INSERT INTO clients (client_id, kind, name, organization_id, secret_hash, scopes, state)
SELECT 'partner-' || id, 'PARTNER', '藏伴' || id || '止', id, '藏密' || id || '止', '{changes:read}', 'ACTIVE'
FROM organizations WHERE id % 5 = 0;
INSERT INTO webhooks (client_id, address, document, state, series, position, path, sphere, secret)
SELECT c.id, 'https://hook.example/藏钩' || o.id || '止', 'subscription { changes { cursor } }', 'DISABLED', 1, 1,
       o.path, '', '藏密' || o.id || '止'
FROM clients c JOIN organizations o ON o.id = c.organization_id WHERE c.client_id LIKE 'partner-%';
INSERT INTO permission_versions (number, changed_by, note) VALUES (1, 'somebody', '藏版1止');
INSERT INTO audit_entries (writer, number, at, kind, actor, role, organization_id, org_path, operation, target,
                           correlation_id, address, details, hash)
SELECT 'planted', row_number() OVER (ORDER BY id), now(), 'CHANGE', '藏审' || id || '止', 'ADMINISTRATOR', id, path,
       '藏审' || id || '止', '藏审' || id || '止', '藏审' || id || '止', '藏审' || id || '止',
       jsonb_build_object('what', '藏审' || id || '止'), ''
FROM organizations;
INSERT INTO audit_entries (writer, number, at, kind, actor, org_path, correlation_id, details, hash)
VALUES ('planted alone', 1, now(), 'SIGN_IN', '-', '', '-', '{"what": "藏无1止"}', '');
"""

_SAVED = """
INSERT INTO saved_queries (owner, organization_id, name, subject, is_shared, question, created_at, updated_at, version)
VALUES ('somebody', %(id)s, %(name)s, %(subject)s, %(is_shared)s, %(question)s, now(), now(), 1)
"""
_EXPORT = """
INSERT INTO exports (requested_by, role, organization_id, scope, subject, format, language, question, is_job, state,
                     rows_total, begun, rows_done, masked, requested_at, ended_at, expires_at)
VALUES (%(by)s, 'ADMINISTRATOR', %(id)s, %(path)s, 'MEMBERS', 'CSV', 'en', %(question)s, false, 'READY', %(rows)s, 0, 0,
        '{}', now(), now(), now() + interval '1 day')
"""

_WHERE = {
    "member": "SELECT id, ARRAY[org_path] FROM members",
    "history": "SELECT id, ARRAY[org_path] FROM history_members",
    "account": "SELECT substr(subject, 9)::bigint, ARRAY[org_path] FROM accounts",
    "organization": "SELECT id, ARRAY[path] FROM organizations",
    "request": "SELECT member_id, ARRAY[org_path, requester_path] FROM approval_requests",
}
_LIE = {
    "member": (of.NAME, of.ADDRESS, of.ATTACHED, of.CANCELLED, of.TO),
    "history": (of.FORMER_NAME, of.FORMER_ADDRESS, of.LEFT, of.ATTACHED, of.CANCELLED),
    "account": (of.ACCOUNT,),
    "organization": (of.ORGANIZATION, of.ENTRY, of.SHARED, of.QUESTION, of.PARTNER, of.HOOK),
    "request": (of.REASON, of.APPLICANT, of.OPINION, of.RESTORED, of.PURGED, of.FROM, of.TO, of.PROOF),
}
"""By the query that says where."""

_NUMBERS = {
    "Member": "SELECT org_path, identity_number, phone FROM members",
    "HistoryMember": "SELECT org_path, identity_number, phone FROM history_members",
    "Account": "SELECT org_path, identity_number, phone FROM accounts",
    "MemberAccount": """
        SELECT m.org_path, NULL, a.phone FROM member_accounts a
        JOIN (SELECT id, org_path FROM members UNION ALL SELECT id, org_path FROM history_members) m
        ON m.id = a.member_id""",
}
_IDS = {
    "Member": _WHERE["member"],
    "HistoryMember": _WHERE["history"],
    "Organization": _WHERE["organization"],
    "Account": "SELECT id, ARRAY[org_path] FROM accounts",
    "ApprovalRequest": "SELECT id, ARRAY[org_path, requester_path] FROM approval_requests",
    "Partner": "SELECT c.id, ARRAY[o.path] FROM clients c JOIN organizations o ON o.id = c.organization_id",
    "SavedQuery": "SELECT s.id, ARRAY[o.path] FROM saved_queries s JOIN organizations o ON o.id = s.organization_id",
    "Export": "SELECT id, ARRAY[scope] FROM exports",
    "File": "SELECT id, ARRAY['']::text[] FROM files WHERE uploaded_by = 'somebody'",
}


def plant(url: str, code_key: bytes) -> Canaries:
    """`code_key`: that of the server, by which questions are sealed."""
    found = Canaries()
    with psycopg.connect(libpq_url(url), autocommit=True) as connection:
        for statements in (_PEOPLE, _requests(), _FILES, _BESIDE):
            connection.execute(statements.encode())
        _save_queries(connection, code_key)
        _ask_for_exports(connection, code_key, found)
        _learn(connection, found)
    return found


def _requests() -> str:
    columns = [column.name for column in Member.__table__.columns]
    return _REQUESTS.replace("{columns}", ", ".join(columns)).replace(
        "{members}", ", ".join(f"m.{name}" for name in columns)
    )


def _save_queries(connection: Connection[Any], code_key: bytes) -> None:
    """Of every organisation one that is shared, and of some a private one."""
    saved = []
    for number, _ in _rows(connection, _WHERE["organization"]):
        for name, question in ((of.SHARED, of.QUESTION), *[(of.PRIVATE, of.PRIVATE)] * (number % 5 == 0)):
            asks = {"where": {"homeAddress": {"exact": f"藏{question}{number}止"}}}
            given = {
                "id": number,
                "name": f"藏{name}{number}止",
                "subject": "HISTORY_MEMBERS" if number % 2 else "MEMBERS",
                "is_shared": name == of.SHARED,
                "question": seal_at_rest(code_key, SAVED_QUERIES, asks),
            }
            saved.append(given)
    connection.cursor().executemany(_SAVED.encode(), saved)


def _ask_for_exports(connection: Connection[Any], code_key: bytes, found: Canaries) -> None:
    """Of every organisation one of somebody else's, and one of the askers' own at that place."""
    question = seal_at_rest(code_key, EXPORTS, {"columns": ["NAME"]})
    exports = []
    for number, (path,) in _rows(connection, _WHERE["organization"]):
        for by, column, rows in (
            ("somebody", of.OTHERS_ROWS, 1_900_000_000 + number),
            (_OWN, of.OWN_ROWS, 1_910_000_000 + number),
        ):
            exports.append({"by": by, "id": number, "path": path, "rows": rows, "question": question})
            found.note(column, path, str(rows))
    connection.cursor().executemany(_EXPORT.encode(), exports)


def _learn(connection: Connection[Any], found: Canaries) -> None:
    found.paths[of.NOTE, 1] = ("",)
    for name, kinds in _LIE.items():
        for number, paths in _rows(connection, _WHERE[name]):
            for kind in kinds:
                found.paths[kind, number] = (*found.paths.get((kind, number), ()), *paths)
    for table, query in _NUMBERS.items():
        for path, identity_number, phone in _rows(connection, query):
            found.note(f"{table}.identity_number", path, identity_number)
            found.note(f"{table}.phone", path, phone)
    for kind, query in _IDS.items():
        found.ids[kind] = [(encoded(kind, number), tuple(paths)) for number, paths in _rows(connection, query)]


def _rows(connection: Connection[Any], query: str) -> list[tuple[Any, ...]]:
    return connection.execute(query.encode()).fetchall()
