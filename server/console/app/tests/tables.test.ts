import assert from "node:assert/strict";
import { test } from "node:test";

import { barsOf, bestLabel, bestNumber, numberColumns, roundedUp } from "../src/results/bars";
import { type Json, listsOf } from "../src/results/lists";
import { sorted, tableOf } from "../src/results/table";

const tableIn = (data: Json, path: string) => tableOf(listsOf(data).find((list) => list.path === path)!);

test("the nodes of a connection are rows, and records in them columns", () => {
  const data = {
    members: {
      totalCount: 2,
      nodes: [
        { name: "王军", branch: { name: "一支部", parent: { name: "党委" } } },
        { name: "李娜", branch: null },
      ],
    },
  };
  assert.deepEqual(tableIn(data, "members.nodes"), {
    columns: ["name", "branch.name", "branch.parent.name"],
    rows: [
      ["王军", "一支部", "党委"],
      ["李娜", null, null],
    ],
  });
});

test("edges show their nodes", () => {
  const [list] = listsOf({ members: { edges: [{ cursor: "a", node: { name: "王军" } }] } });
  assert.deepEqual([list!.prefix, list!.records], ["members.edges.node", [{ name: "王军" }]]);
});

test("every list of an answer can be looked at, and lists within records cannot", () => {
  const data = {
    memberStatistics: { total: 3, buckets: [{ key: "A", count: 3 }], rows: [{ total: 3, cells: [{ key: "A" }] }] },
  };
  assert.deepEqual(
    listsOf(data).map(({ path }) => path),
    ["memberStatistics.buckets", "memberStatistics.rows"],
  );
});

test("a list within a record is one cell", () => {
  const data = {
    members: { nodes: [{ ancestors: [{ name: "省委" }, { name: "市委" }], phones: ["1", "2"], none: [] }] },
  };
  assert.deepEqual(tableIn(data, "members.nodes").rows, [["省委；市委", "1；2", ""]]);
});

test("an answer without a list is a row", () => {
  assert.deepEqual(tableIn({ viewer: { role: "AUDITOR" } }, "viewer").rows, [["AUDITOR"]]);
  assert.deepEqual(tableIn({ a: 1, b: 2 }, "").rows, [[1, 2]]);
  assert.deepEqual(listsOf(null), []);
});

test("numbers are sorted as numbers, and what is missing stands last either way", () => {
  const rows = [[10], [null], [9]];
  assert.deepEqual(sorted(rows, 0, "ascending"), [[9], [10], [null]]);
  assert.deepEqual(sorted(rows, 0, "descending"), [[10], [9], [null]]);
  assert.deepEqual(rows, [[10], [null], [9]]);
});

test("Chinese is sorted by its sound", () => {
  assert.deepEqual(sorted([["张"], ["安"], ["李"]], 0, "ascending"), [["安"], ["李"], ["张"]]);
});

const BUCKETS = {
  columns: ["key", "label", "englishLabel", "count"],
  rows: [
    ["MALE", "男", "Male", 7],
    ["FEMALE", "女", "Female", 5],
    ["MISSING", "未知", "Missing", null],
  ],
};

test("statistics are drawn by their labels and counts", () => {
  const numbers = numberColumns(BUCKETS);
  assert.deepEqual(numbers, ["count"]);
  assert.equal(bestLabel(["key", "label", "englishLabel"], "zh-CN"), "label");
  assert.equal(bestLabel(["key", "label", "englishLabel"], "en"), "englishLabel");
  assert.equal(bestNumber(["age", "total", "organization.memberCount"]), "total");
  assert.deepEqual(
    barsOf(BUCKETS, "label", "count", (cell) => cell),
    [
      { label: "男", value: 7 },
      { label: "女", value: 5 },
    ],
  );
});

test("an axis ends on a round number", () => {
  assert.deepEqual([0, 1, 3, 7, 11, 2100].map(roundedUp), [1, 1, 4, 8, 20, 4000]);
});
