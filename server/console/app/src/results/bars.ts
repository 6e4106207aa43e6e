import type { Language } from "../language";
import type { Cell } from "./lists";
import type { Table } from "./table";

/** 图表: what of a table can be drawn as bars, one label and one number each. */

export interface Bar {
  label: string;
  value: number;
}

export const MOST_BARS = 60;

/** Names of columns that are labels or numbers wherever they stand, best first. */
const LABELS = { "zh-CN": ["label", "name", "title"], en: ["englishLabel", "label", "name", "title"] };
const NUMBERS = ["count", "total", "members", "memberCount", "totalCount"];

/** Columns with a number in each row that has anything. */
export function numberColumns({ columns, rows }: Table): string[] {
  return columns.filter((_, index) => {
    const cells = rows.map((row) => row[index] ?? null).filter((cell) => cell !== null);
    return cells.length > 0 && cells.every((cell) => typeof cell === "number");
  });
}

export function labelColumns(table: Table): string[] {
  const numbers = numberColumns(table);
  return table.columns.filter((column) => !numbers.includes(column));
}

export function bestLabel(columns: string[], language: Language): string | null {
  return best(columns, LABELS[language]);
}

export function bestNumber(columns: string[]): string | null {
  return best(columns, NUMBERS);
}

function best(columns: string[], wanted: string[]): string | null {
  const found = wanted.map((name) => columns.find((column) => column.split(".").at(-1) === name));
  return found.find((column) => column !== undefined) ?? columns[0] ?? null;
}

/** The first so many, in the order of the table; a row without a number has no bar. */
export function barsOf(table: Table, label: string, number: string, spoken: (cell: Cell) => Cell): Bar[] {
  const [labelAt, numberAt] = [table.columns.indexOf(label), table.columns.indexOf(number)];
  const bars = table.rows.map((row) => ({ label: String(spoken(row[labelAt] ?? null) ?? "—"), value: row[numberAt] }));
  return bars.filter((bar): bar is Bar => typeof bar.value === "number").slice(0, MOST_BARS);
}

/** A round number at or above the largest, of which a quarter is round too. */
export function roundedUp(largest: number): number {
  if (largest <= 0) return 1;
  const power = 10 ** Math.floor(Math.log10(largest));
  return [1, 2, 4, 6, 8, 10].map((step) => step * power).find((step) => step >= largest)!;
}
