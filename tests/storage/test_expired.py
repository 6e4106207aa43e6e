"""What has expired goes, what has not stays."""

import pytest
from sqlalchemy import create_engine, text

from storage.engine import Database
from storage.expired import clear_expired
from storage.statements import Statement

# What is made: rows named after what should become of them.
ROWS = """
INSERT INTO captchas (id, answer_hash, expires_at) VALUES
    ('goes', '', now() - interval '1 second'), ('stays', '', now() + interval '1 minute');
INSERT INTO rate_limits (key, count, expires_at) VALUES
    ('goes', 1, now() - interval '1 second'), ('stays', 1, now() + interval '1 minute');
INSERT INTO verification_codes (id, purpose, code_hash, expires_at) VALUES
    ('goes', 'SIGN_IN', '', now() - interval '25 hours'), ('stays', 'SIGN_IN', '', now() - interval '23 hours');
INSERT INTO phone_codes (id, subject, member_id, phone, code_hash, tries, expires_at) VALUES
    ('goes', '', 1, '', '', 0, now() - interval '25 hours'), ('stays', '', 1, '', '', 0, now() - interval '23 hours');
INSERT INTO browser_sessions (id_hash, expires_at) VALUES
    ('goes', now() - interval '25 hours'), ('stays', now() - interval '23 hours');
INSERT INTO clients (client_id, kind, name, state) VALUES ('client', 'FIRST_PARTY', '', 'ACTIVE');
INSERT INTO grants (id, client_id, scope, authenticated_at, expires_at) VALUES
    ('goes', 1, '', now(), now() - interval '25 hours'), ('stays', 1, '', now(), now() - interval '23 hours');
INSERT INTO authorization_codes (code_hash, grant_id, redirect_uri, code_challenge, expires_at) VALUES
    ('goes', 'stays', '', '', now() - interval '25 hours'), ('stays', 'stays', '', '', now() - interval '23 hours'),
    ('goes with its grant', 'goes', '', '', now() + interval '1 minute');
INSERT INTO refresh_tokens (token_hash, grant_id, expires_at) VALUES
    ('goes', 'stays', now() - interval '25 hours'), ('stays', 'stays', now() - interval '23 hours'),
    ('goes with its grant', 'goes', now() + interval '1 minute');
INSERT INTO idempotency_keys (subject, operation, key_hash, part, fingerprint, outcome, created_at) VALUES
    ('goes', '', '', 0, '', '{}', now() - interval '25 hours'),
    ('stays', '', '', 0, '', '{}', now() - interval '23 hours');
INSERT INTO messages (key, channel, recipient, template, body, state, created_at, expires_at) VALUES
    ('goes', 'SMS', '1', '', NULL, 'SENT', now() - interval '31 days', NULL),
    ('stays', 'SMS', '1', '', NULL, 'SENT', now() - interval '29 days', now() - interval '29 days'),
    ('late', 'SMS', '1', '', 'text', 'PENDING', now(), now() - interval '1 second'),
    ('in time', 'SMS', '1', '', 'text', 'PENDING', now(), now() + interval '1 minute');
"""
KEYS = {
    "captchas": "id",
    "rate_limits": "key",
    "verification_codes": "id",
    "phone_codes": "id",
    "browser_sessions": "id_hash",
    "grants": "id",
    "authorization_codes": "code_hash",
    "refresh_tokens": "token_hash",
    "idempotency_keys": "subject",
}


@pytest.fixture(autouse=True)
def rows(empty_database_url: str) -> None:
    engine = create_engine(empty_database_url)
    with engine.begin() as connection:
        connection.execute(text(ROWS))
    engine.dispose()


async def test_what_has_expired_goes(database: Database) -> None:
    for _ in range(2):
        await clear_expired(database)
        left = {table: await database.rows(Statement(f"SELECT {key} FROM {table}", {})) for table, key in KEYS.items()}
        assert left == {table: [("stays",)] for table in KEYS}


async def test_a_message_that_nobody_delivered_in_time_loses_its_text(database: Database) -> None:
    await clear_expired(database)
    found = Statement("SELECT key, state::text, last_error, body FROM messages ORDER BY id", {})
    assert await database.rows(found) == [
        ("stays", "SENT", None, None),
        ("late", "FAILED", "EXPIRED", None),
        ("in time", "PENDING", None, "text"),
    ]
