import type { Kind, Method } from "./fields";

/** What a condition compares with: how it is typed, and what of it the server is given. */

export interface Ends {
  from: string;
  to: string;
}

export type Operand = string | string[] | Ends;

export type Shape =
  "text" | "texts" | "code" | "codes" | "date" | "dates" | "number" | "numbers" | "flag" | "organization";

const TEXTS: Partial<Record<Method, Shape>> = {
  EXACT: "text",
  FUZZY: "text",
  PREFIX: "text",
  SUFFIX: "text",
  MULTI: "texts",
  PINYIN: "text",
};

/** Several branches are said with `or`, so a REFERENCE takes one. Nothing of members is searched by INSTANT. */
const SHAPES: Record<Kind, Partial<Record<Method, Shape>>> = {
  TEXT: TEXTS,
  NAME: TEXTS,
  KEY: TEXTS,
  CODE: { EXACT: "code", MULTI: "codes" },
  LIST: { MULTI: "codes" },
  DATE: { EXACT: "date", RANGE: "dates" },
  MOMENT: { RANGE: "dates" },
  NUMBER: { EXACT: "number", RANGE: "numbers" },
  FLAG: { EXACT: "flag" },
  REFERENCE: { EXACT: "organization" },
  ORGANIZATION: { EXACT: "organization" },
  FILE: {},
  INSTANT: {},
};

/** Null where the builder has no input for the method. */
export function shapeOf(kind: Kind, method: Method): Shape | null {
  return method === "MISSING" ? "flag" : (SHAPES[kind][method] ?? null);
}

export function emptyOperand(shape: Shape): Operand {
  if (shape === "codes") return [];
  return shape === "dates" || shape === "numbers" ? { from: "", to: "" } : "";
}

/** What the server is given; undefined as long as nothing is asked. */
export function valueOf(shape: Shape, operand: Operand): unknown {
  if (Array.isArray(operand)) return operand.length > 0 ? operand : undefined;
  if (typeof operand === "object") return range(shape === "numbers" ? wholeNumber : filled, operand);
  return SCALARS[shape]?.(operand);
}

const SCALARS: Partial<Record<Shape, (text: string) => unknown>> = {
  text: filled,
  texts: lines,
  code: filled,
  date: filled,
  number: wholeNumber,
  flag: (text) => (text === "" ? undefined : text === "true"),
  organization: filled,
};

function filled(text: string): string | undefined {
  return text.trim() || undefined;
}

/** One a line, as a column of a spreadsheet is pasted. */
function lines(text: string): string[] | undefined {
  const given = text.split(/[\n\t]/).map((line) => line.trim());
  const distinct = [...new Set(given.filter(Boolean))];
  return distinct.length > 0 ? distinct : undefined;
}

function wholeNumber(text: string): number | undefined {
  return /^-?\d{1,9}$/.test(text.trim()) ? Number(text) : undefined;
}

function range(read: (text: string) => unknown, { from, to }: Ends): object | undefined {
  const ends = Object.entries({ from: read(from), to: read(to) }).filter(([, end]) => end !== undefined);
  return ends.length > 0 ? Object.fromEntries(ends) : undefined;
}

/** The way back; null when a value is none that the input could have given. */
export function operandOf(shape: Shape, value: unknown): Operand | null {
  if (shape === "codes") return isTexts(value) ? value : null;
  if (shape === "texts") return isTexts(value) ? value.join("\n") : null;
  if (shape === "dates" || shape === "numbers") return endsOf(value);
  return ["string", "number", "boolean"].includes(typeof value) ? String(value) : null;
}

function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((entry) => typeof entry === "string");
}

function endsOf(value: unknown): Ends | null {
  if (typeof value !== "object" || value === null) return null;
  const { from, to } = value as Record<string, unknown>;
  return { from: String(from ?? ""), to: String(to ?? "") };
}
