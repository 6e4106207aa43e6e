"""The SQL of the floor: what Dengta issues for the same queries, written down once and for all."""

_BELOW = "org_path >= above.path AND org_path < left(above.path, -1) || '0' COLLATE \"C\""

ROOT = "SELECT id, path FROM organizations WHERE parent_id IS NULL"
LIST = """
SELECT org_path, name, identity_number, gender, ethnicity, birth_date, education, category, joined_on, formal_on,
       work_position, phone, home_address, status, lost_contact, floating, real_name_status, version, updated_at
FROM members WHERE org_path >= %s AND org_path < %s ORDER BY org_path, id LIMIT %s
"""
PAGE = """
SELECT id, org_path, name, gender, birth_date, education, category, joined_on, work_position, phone, status, updated_at
FROM members WHERE org_path >= %s AND org_path < %s ORDER BY org_path, id LIMIT %s
"""
ONE = """
SELECT org_path, name, identity_number, gender, ethnicity, birth_date, education, category, joined_on, formal_on,
       work_position, phone, home_address, status, lost_contact, lost_contact_since, floating, floating_direction,
       real_name_status, transfer_in_progress, photo_key, version, created_at, updated_at
FROM members WHERE id = %s AND org_path >= %s AND org_path < %s
"""
ATTACHMENTS = "SELECT name, content_type, size, uploaded_at FROM files WHERE member_id = %s ORDER BY id"
ORGANIZATIONS = "SELECT id, name, kind FROM organizations WHERE id = ANY(%s)"
WHOLE_ORGANIZATIONS = (
    "SELECT id, name, kind, division_code, can_approve_membership FROM organizations WHERE id = ANY(%s)"
)
CHILDREN = "SELECT id, name FROM organizations WHERE parent_id = %s ORDER BY path, id LIMIT %s"
MEMBERS_BELOW = f"""
SELECT above.id, below.name, below.gender, below.joined_on
FROM organizations above JOIN LATERAL (
  SELECT id, org_path, name, gender, joined_on FROM members WHERE {_BELOW} ORDER BY org_path, id LIMIT %s
) below ON true
WHERE above.id = ANY(%s) ORDER BY above.id, below.org_path, below.id
"""  # noqa: S608 # put together from constants
COUNTS_BELOW = f"""
SELECT above.id, (SELECT count(*) FROM members WHERE {_BELOW}) FROM organizations above WHERE above.id = ANY(%s)
"""  # noqa: S608 # put together from constants
