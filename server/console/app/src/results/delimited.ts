import type { Cell } from "./lists";

/** 导出: tables as text that a spreadsheet reads, and never takes for formulas. */

export type Lines = Cell[][];

/** What a spreadsheet could run; full-width forms are taken for the others by some. */
const FORMULA = /^[=+\-@＝＋－＠\t\r]/;
/** Without it Excel takes the text for GBK. */
const BYTE_ORDER_MARK = "\ufeff";

export function csv(lines: Lines): string {
  return BYTE_ORDER_MARK + delimited(lines, ",");
}

export function tsv(lines: Lines): string {
  return delimited(lines, "\t");
}

function delimited(lines: Lines, separator: string): string {
  return lines.map((line) => line.map((cell) => quoted(plain(cell), separator)).join(separator) + "\r\n").join("");
}

function quoted(text: string, separator: string): string {
  return text.includes(separator) || /["\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** Numbers are safe as they are, be they negative; text that looks like a formula is marked as text. */
export function plain(cell: Cell): string {
  if (cell === null) return "";
  return typeof cell === "string" && FORMULA.test(cell) ? `'${cell}` : String(cell);
}

/** For the clipboard: marked as text, so that identity numbers keep all their digits. */
export function html(lines: Lines): string {
  const rows = lines.map((line) => `<tr>${line.map(htmlCell).join("")}</tr>`);
  return `<meta charset="utf-8"><table>${rows.join("")}</table>`;
}

function htmlCell(cell: Cell): string {
  if (typeof cell === "number") return `<td>${cell}</td>`;
  return `<td style='mso-number-format:"\\@"'>${escaped(plain(cell))}</td>`;
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
