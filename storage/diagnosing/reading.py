"""The statements that find the facts out, each of which gives one value."""

from typing import Any

from sqlalchemy import Connection, text

from storage.backlogs import OLDEST_CHANGE, OLDEST_DUE_JOB, OLDEST_UNCHECKED_AUDIT, UNCOUNTED_MEMBERS
from storage.diagnosing.facts import DatabaseFacts, RegisterFacts
from storage.privileges import APPEND_ONLY, NOT_THE_SERVERS, SERVER_ROLE

_GIVEN = {"role": SERVER_ROLE, "logs": list(APPEND_ONLY), "hidden": list(NOT_THE_SERVERS), "many": 10_000}
"""`many`: rows of a table that is worth a thought."""

_DATABASE = {
    "settings": "SELECT jsonb_object_agg(name, coalesce(setting, '')) FROM pg_settings",
    "encoding": "SELECT current_setting('server_encoding')",
    "collation": "SELECT datcollate FROM pg_database WHERE datname = current_database()",
    "collation_changed": """
        SELECT coalesce(datcollversion <> pg_database_collation_actual_version(oid), false)
        FROM pg_database WHERE datname = current_database()
    """,
    "size": "SELECT pg_database_size(current_database())",
    "clock": "SELECT clock_timestamp()",
    "user": "SELECT current_user::text",
    "is_superuser": "SELECT rolsuper FROM pg_roles WHERE rolname = current_user",
    "is_remote": """
        SELECT coalesce(NOT (inet_client_addr() <<= '127.0.0.0/8' OR inet_client_addr() = '::1'), false)
    """,
    "encrypted": "SELECT coalesce((SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()), false)",
    "may_be_server": """
        SELECT coalesce(pg_has_role(current_user, (SELECT oid FROM pg_roles WHERE rolname = :role), CASE
            WHEN current_setting('server_version_num')::int < 160000 THEN 'MEMBER' ELSE 'SET' END), false)
    """,
    "alterable": """
        SELECT array_agg(relname::text ORDER BY relname) FROM pg_class
        WHERE relnamespace = 'public'::regnamespace AND relname = ANY(:logs) AND has_table_privilege(
            (SELECT oid FROM pg_roles WHERE rolname = :role), oid, 'UPDATE, DELETE, TRUNCATE')
    """,
    "unreadable": """
        SELECT array_agg(relname::text ORDER BY relname) FROM pg_class
        WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND relname <> ALL(:hidden)
        AND NOT has_table_privilege((SELECT oid FROM pg_roles WHERE rolname = :role), oid, 'SELECT')
    """,
    "connections": "SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend'",
    "archived_at": "SELECT last_archived_time FROM pg_stat_archiver",
    "archiving_failed_at": "SELECT last_failed_time FROM pg_stat_archiver",
    "archiving_failed": "SELECT last_failed_wal FROM pg_stat_archiver",
    "lagging_slots": """
        SELECT array_agg(slot_name::text ORDER BY slot_name) FROM pg_replication_slots WHERE NOT active
    """,
    "invalid_indexes": """
        SELECT array_agg(indexrelid::regclass::text ORDER BY indexrelid::regclass::text)
        FROM pg_index WHERE NOT indisvalid OR NOT indisready
    """,
    "unvalidated": """
        SELECT array_agg(conrelid::regclass || '.' || conname ORDER BY conrelid::regclass || '.' || conname)
        FROM pg_constraint WHERE NOT convalidated
    """,
    "bloated": """
        SELECT array_agg(relname::text ORDER BY relname) FROM pg_stat_user_tables
        WHERE n_dead_tup > :many AND n_dead_tup > n_live_tup / 4
    """,
    "unanalysed": """
        SELECT array_agg(relname::text ORDER BY relname) FROM pg_stat_user_tables
        WHERE n_live_tup > :many AND last_analyze IS NULL AND last_autoanalyze IS NULL
    """,
    "transaction_ids": "SELECT age(datfrozenxid) FROM pg_database WHERE datname = current_database()",
    "oldest_transaction": """
        SELECT coalesce(extract(epoch FROM max(clock_timestamp() - xact_start)), 0)::float
        FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()
    """,
    "prepared": "SELECT count(*) FROM pg_prepared_xacts WHERE database = current_database()",
}

_REGISTER = {
    "lost_jobs": """
        SELECT count(*) FROM procrastinate_jobs AS job
        LEFT JOIN procrastinate_workers AS worker ON worker.id = worker_id
        WHERE status = 'doing' AND coalesce(last_heartbeat < now() - interval '1 minute', true)
    """,
    "failed_jobs": "SELECT count(*) FROM procrastinate_jobs WHERE status IN ('failed', 'aborted')",
    "oldest_due_job": OLDEST_DUE_JOB,
    "oldest_unnumbered_change": OLDEST_CHANGE,
    "uncounted_members": UNCOUNTED_MEMBERS,
    "audit_entries": "SELECT count(*) FROM (SELECT FROM audit_entries LIMIT 1) AS one",
    "unchecked_audit": OLDEST_UNCHECKED_AUDIT,
    "unfinished_loads": "SELECT count(*) FROM loads WHERE finished_at IS NULL",
}


def database_facts(connection: Connection) -> DatabaseFacts:
    return DatabaseFacts(**_values(connection, _DATABASE))


def register_facts(connection: Connection) -> RegisterFacts:
    """Of one whose tables are as this Dengta wants them."""
    return RegisterFacts(**_values(connection, _REGISTER))


def _values(connection: Connection, statements: dict[str, str]) -> dict[str, Any]:
    """What `array_agg` gives of nothing is an empty list."""
    found = {name: connection.execute(text(statement), _GIVEN).scalar() for name, statement in statements.items()}
    lists = {name for name, statement in statements.items() if "array_agg" in statement}
    return {name: tuple(value or ()) if name in lists else value for name, value in found.items()}
