import type { Language } from "../language";

/** 术语: descriptions of the schema say the Chinese term first: 公民身份证号。Identity number: GB 11643, 18 characters. */

export type Term = Record<Language, string>;

const DESCRIPTION = /^([^。]{1,40})。\s*(.*)$/s;
const END_OF_TERM = /[.:;,]/;

export function termOf(description: string | null | undefined, otherwise: string): Term {
  const found = splitDescription(description ?? "");
  if (!found) return { "zh-CN": otherwise, en: otherwise };
  return { "zh-CN": found["zh-CN"], en: found.en.split(END_OF_TERM)[0]!.trim() || otherwise };
}

/** What a national standard numbers it is not part of a code's name: 女 (2)。Female. */
export function codeTermOf(description: string | null | undefined, code: string): Term {
  const term = termOf(description, code);
  return { ...term, "zh-CN": term["zh-CN"].replace(/\s*\([^()]*\)$/, "") };
}

/** Null where a description does not begin with a Chinese term. */
export function splitDescription(description: string): Term | null {
  const found = DESCRIPTION.exec(description);
  return found && /\p{Script=Han}/u.test(found[1]!) ? { "zh-CN": found[1]!, en: found[2]! } : null;
}
