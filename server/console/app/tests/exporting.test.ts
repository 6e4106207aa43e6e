import assert from "node:assert/strict";
import { test } from "node:test";

import { readPlainList } from "../src/builder/plainList";
import { fileName, inputOf } from "../src/results/exporting";

const ASKED = `query ($where: MemberFilter, $orderBy: [MemberOrder!], $first: Int, $after: String) {
  members(where: $where, orderBy: $orderBy, first: $first, after: $after) { nodes { name branch { name } } }
}`;
const WHERE = { gender: { exact: "FEMALE" } };
const ORDER = [{ field: "NAME", direction: "DESC" }];

test("all that a page is one of is exported", () => {
  const variables = JSON.stringify({ where: WHERE, orderBy: ORDER, first: 50, after: "cursor" });
  const list = readPlainList({ query: ASKED, variables })!;
  assert.deepEqual(list.columns, ["name", "branch.name"]);
  assert.deepEqual(inputOf(list, ["NAME"], "CSV"), { format: "CSV", columns: ["NAME"], where: WHERE, orderBy: ORDER });
});

test("those who left are a list too, and what is not asked is not said", () => {
  const query = "{ historyMembers(where: {name: {fuzzy: $name}}) { nodes { name reason } } }";
  const list = readPlainList({ query, variables: '{"name": "王"}' })!;
  assert.equal(list.connection, "historyMembers");
  assert.equal(
    JSON.stringify(inputOf(list, ["NAME"], "XLSX")),
    '{"format":"XLSX","columns":["NAME"],"where":{"name":{"fuzzy":"王"}}}',
  );
});

const NO_LISTS = ["{ viewer { role } }", "{ members(last: 5) { nodes { id } } }", "{ members { totalCount } }"];

for (const query of NO_LISTS) {
  test(`${query} is not exported`, () => assert.equal(readPlainList({ query, variables: "" }), null));
}

test("a file is called as the server calls it", () => {
  const disposition = "attachment; filename=\"__ 2026.csv\"; filename*=UTF-8''%E5%85%9A%E5%91%98%202026.csv";
  assert.equal(fileName(disposition, "CSV"), "党员 2026.csv");
  assert.equal(fileName(null, "XLSX"), "dengta.xlsx");
});
