import type { FieldsOf, Kind, Method, QueryField } from "../src/builder/fields";
import { WITHIN } from "../src/builder/fields";

/** Fields as `memberQueryFields` gives them, a few of each kind. */
export function field(path: string, kind: Kind, methods: string, more: Partial<QueryField> = {}): QueryField {
  return {
    path: path.split("."),
    label: `标签 ${path}`,
    englishLabel: `label of ${path}`,
    kind,
    methods: methods.split(" ") as Method[],
    options: [],
    isDefault: false,
    isSortable: true,
    permission: "VISIBLE",
    ...more,
  };
}

export const FIELDS: QueryField[] = [
  WITHIN,
  field("name", "NAME", "EXACT FUZZY PREFIX SUFFIX MULTI PINYIN"),
  field("identityNumber", "TEXT", "EXACT FUZZY PREFIX SUFFIX MULTI"),
  field("gender", "CODE", "EXACT MULTI"),
  field("birthDate", "DATE", "EXACT RANGE MISSING"),
  field("age", "NUMBER", "EXACT RANGE MISSING"),
  field("lostContact", "FLAG", "EXACT"),
  field("createdAt", "MOMENT", "RANGE"),
  field("photo", "FILE", "MISSING", { isSortable: false }),
  field("branch.id", "REFERENCE", "EXACT MULTI", { isSortable: false }),
  field("branch.name", "TEXT", "EXACT FUZZY", { isSortable: false }),
  field("breaches.severities", "LIST", "MULTI", { isSortable: false }),
  field("breaches.rules", "LIST", "MULTI", { isSortable: false }),
];

export const HISTORY_FIELDS: QueryField[] = [
  WITHIN,
  field("kind", "CODE", "EXACT MULTI", { isDefault: true, isSortable: false }),
  field("archivedAt", "MOMENT", "RANGE", { isDefault: true, isSortable: false }),
  field("name", "TEXT", "EXACT FUZZY PREFIX SUFFIX MULTI", { isDefault: true, isSortable: false }),
];

export const FIELDS_OF: FieldsOf = { members: FIELDS, historyMembers: HISTORY_FIELDS };
