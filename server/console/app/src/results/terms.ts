/** 术语: descriptions of the schema say the Chinese term first: 公民身份证号。Identity number: GB 11643, 18 characters. */

export interface Term {
  chinese: string;
  english: string;
}

const DESCRIPTION = /^([^。]{1,40})。\s*(.*)$/s;
const END_OF_TERM = /[.:;]/;

export function termOf(description: string | null | undefined, otherwise: string): Term {
  const found = splitDescription(description ?? "");
  if (!found) return { chinese: otherwise, english: otherwise };
  return { chinese: found.chinese, english: found.english.split(END_OF_TERM)[0]!.trim() || otherwise };
}

/** Null where a description does not begin with a Chinese term. */
export function splitDescription(description: string): Term | null {
  const found = DESCRIPTION.exec(description);
  return found && /\p{Script=Han}/u.test(found[1]!) ? { chinese: found[1]!, english: found[2]! } : null;
}
