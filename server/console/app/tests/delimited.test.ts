import assert from "node:assert/strict";
import { test } from "node:test";

import { csv, html, tsv } from "../src/results/delimited";

test("cells that could be formulas are marked as text, and numbers are not", () => {
  for (const start of ["=", "+", "-", "@", "＝", "＋", "－", "＠", "\t", "\r"]) {
    assert.ok(csv([[`${start}HYPERLINK`]]).includes(`'${start}HYPERLINK`), start);
    assert.ok(tsv([[`${start}HYPERLINK`]]).includes(`'${start}HYPERLINK`), start);
    assert.ok(html([[`${start}HYPERLINK`]]).includes(`'${start}HYPERLINK`), start);
  }
  assert.equal(tsv([[-5, "5-", "王=军"]]), "-5\t5-\t王=军\r\n");
});

test("a file begins with what tells Excel its encoding", () => {
  assert.equal(csv([["姓名"]]), "\ufeff姓名\r\n");
});

test("separators, quotes and line breaks are quoted", () => {
  assert.equal(csv([["a,b", 'say "x"', "a\nb", null, true]]), '\ufeff"a,b","say ""x""","a\nb",,true\r\n');
  assert.equal(tsv([["a\tb", "a,b"]]), '"a\tb"\ta,b\r\n');
});

test("identity numbers are pasted as text, and no text as markup", () => {
  const pasted = html([["370102198601019072", 7, "<b>&"]]);
  assert.ok(pasted.includes(`<td style='mso-number-format:"\\@"'>370102198601019072</td><td>7</td>`));
  assert.ok(pasted.includes("&lt;b&gt;&amp;"));
});
