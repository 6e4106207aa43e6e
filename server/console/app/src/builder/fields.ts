import type { Language } from "../language";
import { enumName } from "./columns";
import type { Connection } from "./plainList";

/** What the server tells of the fields that can be conditions, of members or of those who have left, for whoever asks. */

export type Method = "EXACT" | "FUZZY" | "PREFIX" | "SUFFIX" | "MULTI" | "RANGE" | "PINYIN" | "MISSING";

/** ORGANIZATION is not the server's: it is `within`, which takes an organisation and is no field of a member. */
export type Kind =
  | "TEXT"
  | "NAME"
  | "CODE"
  | "DATE"
  | "MOMENT"
  | "NUMBER"
  | "FLAG"
  | "FILE"
  | "REFERENCE"
  | "KEY"
  | "LIST"
  | "INSTANT"
  | "ORGANIZATION";

export interface Labelled {
  label: string;
  englishLabel: string;
}

export interface Option extends Labelled {
  value: string;
}

export interface QueryField extends Labelled {
  path: string[];
  kind: Kind;
  methods: Method[];
  options: Option[];
  isDefault: boolean;
  isSortable: boolean;
  permission: "HIDDEN" | "MASKED" | "VISIBLE";
}

export interface Choice {
  value: string;
  label: string;
}

export type FieldsOf = Record<Connection, QueryField[]>;

export const QUERY_FIELDS = `query QueryBuilderFields {
  members: memberQueryFields { ...told }
  historyMembers: historyMemberQueryFields { ...told }
}
fragment told on QueryField {
  path label englishLabel kind methods isDefault isSortable permission
  options { value label englishLabel }
}`;

export const WITHIN: QueryField = {
  path: ["within"],
  label: "所属组织（含下级）",
  englishLabel: "Within the organisation",
  kind: "ORGANIZATION",
  methods: ["EXACT"],
  options: [],
  isDefault: false,
  isSortable: false,
  permission: "VISIBLE",
};

const ID: Labelled = { label: "全局标识", englishLabel: "Global id" };

/** Where a path leads out of the record's own fields. */
const ROOMS: Record<string, Labelled> = {
  branch: { label: "所在党支部", englishLabel: "Branch" },
  breaches: { label: "数据质量", englishLabel: "Data quality" },
};

const PERSON: Labelled = { label: "党员", englishLabel: "Member" };

export function keyOf(field: QueryField): string {
  return field.path.join(".");
}

export function named(labelled: Labelled, language: Language): string {
  return language === "en" ? capitalized(labelled.englishLabel) : labelled.label;
}

/** Codes are said in the midst of sentences elsewhere. */
function capitalized(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** The fields the caller may ask by; nobody who sees nothing of members can look for them. */
export function openFields(fields: QueryField[]): QueryField[] {
  const open = fields.filter(({ permission }) => permission !== "HIDDEN");
  const ofMembers = open.some(({ path }) => path.length === 1);
  return ofMembers ? [WITHIN, ...open] : [];
}

export function roomOf(field: QueryField): Labelled {
  return (field.path.length > 1 && ROOMS[field.path[0]!]) || PERSON;
}

/** A field's name where it stands alone: 所在党支部 · 名称. */
export function fullName(field: QueryField, language: Language): string {
  const name = named(field, language);
  return field.path[0]! in ROOMS && field.path[0] !== "breaches" ? `${named(roomOf(field), language)} · ${name}` : name;
}

/** What an answer can show: every open field that is one of the record or of the branch. */
export function columnChoices(fields: QueryField[], language: Language): Choice[] {
  const shown = fields.filter(({ kind }) => kind !== "LIST" && kind !== "ORGANIZATION");
  const columns = shown.map((field) => ({ value: keyOf(field), label: fullName(field, language) }));
  const isAskedByBranch = shown.some(({ path }) => path[0] === "branch");
  const branch = isAskedByBranch ? [] : [{ value: "branch.name", label: named(ROOMS.branch!, language) }];
  return [...columns, ...branch, { value: "id", label: named(ID, language) }];
}

/** As the enum of orders spells it. */
export function orderField(field: QueryField): string {
  return enumName(keyOf(field));
}

export function orderChoices(fields: QueryField[], language: Language): Choice[] {
  const sortable = fields.filter(({ isSortable }) => isSortable);
  const choices = sortable.map((field) => ({ value: orderField(field), label: named(field, language) }));
  const byBranch = fields.some((field) => keyOf(field) === "branch.name");
  return byBranch ? [...choices, { value: "BRANCH", label: named(ROOMS.branch!, language) }] : choices;
}
