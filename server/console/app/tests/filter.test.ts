import assert from "node:assert/strict";
import { test } from "node:test";

import { type Item, newGroup, newRow } from "../src/builder/conditions";
import { filterOf } from "../src/builder/filter";
import { readFilter } from "../src/builder/readFilter";
import { FIELDS } from "./fields";

const fuzzy = (text: string) => newRow("name", "FUZZY", text);
const female = newRow("gender", "EXACT", "FEMALE");

const SAID: [string, Item, object][] = [
  ["nothing asks for nothing", newGroup("and", []), {}],
  ["a row without a value is no condition", newGroup("and", [fuzzy("  "), newRow("gender", "MULTI", [])]), {}],
  ["spaces around a text are not meant", fuzzy(" 王 "), { name: { fuzzy: "王" } }],
  [
    "conditions stand side by side",
    newGroup("and", [fuzzy("王"), female]),
    { name: { fuzzy: "王" }, gender: { exact: "FEMALE" } },
  ],
  [
    "two methods of a field share its braces",
    newGroup("and", [fuzzy("王"), newRow("name", "SUFFIX", "军")]),
    { name: { fuzzy: "王", suffix: "军" } },
  ],
  [
    "the same method twice is said with and",
    newGroup("and", [fuzzy("王"), fuzzy("军")]),
    { name: { fuzzy: "王" }, and: [{ name: { fuzzy: "军" } }] },
  ],
  [
    "any of several",
    newGroup("or", [fuzzy("王"), female]),
    { or: [{ name: { fuzzy: "王" } }, { gender: { exact: "FEMALE" } }] },
  ],
  ["any of one is that one", newGroup("or", [fuzzy("王"), fuzzy("")]), { name: { fuzzy: "王" } }],
  [
    "none of several",
    newGroup("or", [fuzzy("王"), female], true),
    { not: { or: [{ name: { fuzzy: "王" } }, { gender: { exact: "FEMALE" } }] } },
  ],
  ["not nothing is nothing", newGroup("and", [fuzzy("")], true), {}],
  [
    "two negations stay two",
    newGroup("and", [newGroup("and", [fuzzy("王")], true), newGroup("and", [female], true)]),
    { not: { name: { fuzzy: "王" } }, and: [{ not: { gender: { exact: "FEMALE" } } }] },
  ],
  [
    "a range open at one end",
    newRow("birthDate", "RANGE", { from: "1990-01-01", to: "" }),
    { birthDate: { range: { from: "1990-01-01" } } },
  ],
  ["a range of numbers", newRow("age", "RANGE", { from: "0", to: "35" }), { age: { range: { from: 0, to: 35 } } }],
  ["half a number is no condition", newRow("age", "EXACT", "3.5"), {}],
  [
    "lines are values, each once",
    newRow("name", "MULTI", "王军\n\n 李娜 \n王军"),
    { name: { multi: ["王军", "李娜"] } },
  ],
  ["no is an answer", newRow("lostContact", "EXACT", "false"), { lostContact: { exact: false } }],
  ["a missing photo", newRow("photo", "MISSING", "true"), { photo: { missing: true } }],
  ["an organisation with all below it", newRow("within", "EXACT", "T3Jn"), { within: "T3Jn" }],
  [
    "conditions on the branch are of one branch",
    newGroup("and", [newRow("branch.name", "FUZZY", "街道"), newRow("branch.id", "EXACT", "T3Jn")]),
    { branch: { name: { fuzzy: "街道" }, id: { exact: "T3Jn" } } },
  ],
  [
    "two conditions on breaches may hold of two breaches",
    newGroup("and", [newRow("breaches.severities", "MULTI", ["ERROR"]), newRow("breaches.rules", "MULTI", ["R"])]),
    { breaches: { severities: ["ERROR"] }, and: [{ breaches: { rules: ["R"] } }] },
  ],
  [
    "groups in groups",
    newGroup("and", [
      female,
      newGroup("or", [newGroup("and", [fuzzy("王"), newRow("age", "EXACT", "40")]), fuzzy("李")]),
    ]),
    { gender: { exact: "FEMALE" }, or: [{ name: { fuzzy: "王" }, age: { exact: 40 } }, { name: { fuzzy: "李" } }] },
  ],
];

for (const [claim, item, filter] of SAID) {
  test(claim, () => assert.deepEqual(filterOf(item, FIELDS), filter));
  test(`read back: ${claim}`, () => assert.deepEqual(filterOf(readFilter(filter, FIELDS)!, FIELDS), filter));
}

test("null is no condition", () => {
  assert.deepEqual(filterOf(readFilter({ name: null, gender: { exact: null }, or: [] }, FIELDS)!, FIELDS), {});
});

const NOT_SHOWN: [string, unknown][] = [
  ["a field that the caller does not see", { phone: { exact: "1" } }],
  ["a method that the caller may not use", { gender: { fuzzy: "F" } }],
  ["both of one breach", { breaches: { severities: ["ERROR"], rules: ["R"] } }],
  ["groups within the branch", { branch: { or: [{ name: { fuzzy: "街道" } }] } }],
  ["several branches by their ids", { branch: { id: { multi: ["a", "b"] } } }],
  ["what is no filter", ["name"]],
  ["a list where one value belongs", { gender: { exact: ["FEMALE"] } }],
];

for (const [what, filter] of NOT_SHOWN) {
  test(`the builder does not show ${what}`, () => assert.equal(readFilter(filter, FIELDS), null));
}
