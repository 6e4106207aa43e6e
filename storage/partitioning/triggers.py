"""分区的触发器: what triggers on members do, where these are in parts.

PostgreSQL hands no rows of a foreign part to a trigger of many rows, and has a row that goes from one part into another
deleted and inserted; so here all triggers are of one row. A row that goes into another part is noted before it goes,
and told of as the one change that it is. Out of a foreign part, or into one, PostgreSQL moves none by an UPDATE that
might change rows there too; the trigger does, and the UPDATE then counts no row.
"""

from storage.models import MemberDelta

_NAMES = [column.name for column in MemberDelta.__table__.columns if column.name not in {"id", "change"}]
_NEW, _OLD = (", ".join(f"{row}.{name}" for name in _NAMES) for row in ("NEW", "OLD"))
_COUNTED = ", ".join(_NAMES)

_NOTED = "CREATE TABLE member_moves (id bigint PRIMARY KEY)"

_CAME = """
CREATE FUNCTION member_row_came() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    INSERT INTO member_deltas (change, {counted}) VALUES (1, {new});
    DELETE FROM member_moves WHERE id = NEW.id;
    IF NOT FOUND THEN
        INSERT INTO change_outbox (type, object_id, org_path, columns) VALUES (
            CASE WHEN EXISTS (SELECT FROM history_members WHERE history_members.id = NEW.id)
            THEN 'MEMBER_RESTORED' ELSE 'MEMBER_ADDED' END::change_type,
            NEW.id, NEW.org_path, '{{}}'
        );
    END IF;
    RETURN NULL;
END $$
"""

_WENT = """
CREATE FUNCTION member_row_went() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    INSERT INTO member_deltas (change, {counted}) VALUES (-1, {old});
    IF NOT EXISTS (SELECT FROM history_members WHERE history_members.id = OLD.id)
    AND NOT EXISTS (SELECT FROM member_moves WHERE id = OLD.id) THEN
        INSERT INTO change_outbox (type, object_id, org_path, columns)
        VALUES ('MEMBER_LEFT', OLD.id, OLD.org_path, '{{}}');
    END IF;
    RETURN NULL;
END $$
"""

_MOVES = """
CREATE FUNCTION member_row_moves() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    INSERT INTO member_moves VALUES (NEW.id);
    INSERT INTO change_outbox (type, object_id, org_path, former_path, columns) VALUES (
        'MEMBER_CHANGED', NEW.id, NEW.org_path, OLD.org_path,
        coalesce(changed_columns(to_jsonb(OLD), to_jsonb(NEW)), '{}')
    );
    IF TG_ARGV[0] = 'PostgreSQL' THEN
        RETURN NEW;
    END IF;
    DELETE FROM members WHERE id = OLD.id AND org_path = OLD.org_path;
    INSERT INTO members SELECT (NEW).*;
    RETURN NULL;
END $$
"""

_ON_CAME = "CREATE TRIGGER member_row_came AFTER INSERT ON members FOR EACH ROW EXECUTE FUNCTION member_row_came()"
_ON_WENT = "CREATE TRIGGER member_row_went AFTER DELETE ON members FOR EACH ROW EXECUTE FUNCTION member_row_went()"
_ON_COUNTED = """
CREATE TRIGGER member_changed AFTER UPDATE OF {counted} ON members FOR EACH ROW
WHEN (({old}) IS DISTINCT FROM ({new})) EXECUTE FUNCTION member_changed()
"""
_ON_CHANGED = """
CREATE TRIGGER members_changed AFTER UPDATE ON members FOR EACH ROW
WHEN (OLD.* IS DISTINCT FROM NEW.*) EXECUTE FUNCTION members_changed()
"""


def _filled(template: str) -> str:
    return template.format(counted=_COUNTED, new=_NEW, old=_OLD)


TRIGGERS = (_NOTED, _filled(_CAME), _filled(_WENT), _MOVES, _ON_CAME, _ON_WENT, _filled(_ON_COUNTED), _ON_CHANGED)
"""With the functions that they call; what `member_changed` and `members_changed` do is as without parts."""

GONE_WITH_THE_PARTS = (
    "DROP TABLE member_moves",
    "DROP FUNCTION member_row_came(), member_row_went(), member_row_moves()",
)

_OF_MANY = """
CREATE TRIGGER {name} AFTER {event} ON members REFERENCING {rows} AS them FOR EACH STATEMENT EXECUTE FUNCTION {name}()
"""

TRIGGERS_OF_ONE_TABLE = (
    *(
        _OF_MANY.format(name=name, event=event, rows=rows)
        for name, event, rows in (
            ("members_came", "INSERT", "NEW TABLE"),
            ("members_added", "INSERT", "NEW TABLE"),
            ("members_left", "DELETE", "OLD TABLE"),
            ("members_gone", "DELETE", "OLD TABLE"),
        )
    ),
    _filled(_ON_COUNTED),
    _ON_CHANGED,
)
"""As migrations make them; their functions are still there."""
