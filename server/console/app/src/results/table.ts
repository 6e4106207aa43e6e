import { below, type Cell, isObject, type Json, type List } from "./lists";

/** 表格: records as rows, and whatever they contain as columns. */

export interface Table {
  /** Paths within a record: `branch.name`. */
  columns: string[];
  rows: Cell[][];
}

const BETWEEN_VALUES = " · ";
const BETWEEN_RECORDS = "；";

export function tableOf({ records }: List): Table {
  const flat = records.map((record) => new Map(cellsOf(record, "")));
  const named = [...new Set(flat.flatMap((cells) => [...cells.keys()]))];
  // A record that is not there leaves its own name where others have its fields.
  const columns = named.filter((column) => !named.some((other) => other.startsWith(`${column}.`)));
  return { columns, rows: flat.map((cells) => columns.map((column) => cells.get(column) ?? null)) };
}

function cellsOf(value: Json, path: string): [string, Cell][] {
  if (Array.isArray(value)) return [[path, listText(value)]];
  if (!isObject(value)) return [[path, value]];
  return Object.entries(value).flatMap(([key, inner]) => cellsOf(inner, below(path, key)));
}

/** A list within a record is one cell. */
function listText(entries: Json[]): string {
  return entries.map(entryText).join(BETWEEN_RECORDS);
}

function entryText(entry: Json): string {
  const cells = cellsOf(entry, "").map(([, cell]) => cell);
  return cells.filter((cell) => cell !== null && cell !== "").join(BETWEEN_VALUES);
}

export type Direction = "ascending" | "descending";

const collator = new Intl.Collator("zh-CN", { numeric: true });

/** What is missing stands last either way. */
export function sorted(rows: Cell[][], column: number, direction: Direction): Cell[][] {
  const sign = direction === "ascending" ? 1 : -1;
  return [...rows].sort((one, other) => {
    const [a, b] = [one[column] ?? null, other[column] ?? null];
    if (a === null || b === null) return Number(a === null) - Number(b === null);
    return sign * compared(a, b);
  });
}

function compared(one: Cell, other: Cell): number {
  if (typeof one === "number" && typeof other === "number") return one - other;
  return collator.compare(String(one), String(other));
}
