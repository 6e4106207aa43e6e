import assert from "node:assert/strict";
import { test } from "node:test";

import { buildSchema } from "graphql";

import { chosenColumns, offeredColumns, pathOf } from "../src/builder/columns";

const SCHEMA = buildSchema(`
  enum MemberColumn { ID NAME IDENTITY_NUMBER BRANCH JOINED_ON }
  enum HistoryMemberColumn { NAME REASON }
  type Query { column: MemberColumn, historyColumn: HistoryMemberColumn }
`);
const OFFERED = offeredColumns(SCHEMA, "members");

test("the columns that the server has are those of its schema", () => {
  assert.deepEqual(OFFERED, ["ID", "NAME", "IDENTITY_NUMBER", "BRANCH", "JOINED_ON"]);
  assert.deepEqual(offeredColumns(SCHEMA, "historyMembers"), ["NAME", "REASON"]);
  assert.deepEqual(offeredColumns(null, "members"), []);
});

test("what is shown is a column in its order, the branch by its name", () => {
  const chosen = chosenColumns(["joinedOn", "branch.name", "identityNumber", "id"], OFFERED);
  assert.deepEqual(chosen, { columns: ["JOINED_ON", "BRANCH", "IDENTITY_NUMBER", "ID"], leftOut: [] });
});

test("what is no column is left out and named", () => {
  const chosen = chosenColumns(["branch.kind", "name", "branch.parent.name", "secret"], OFFERED);
  assert.deepEqual(chosen.leftOut, ["branch.kind", "branch.parent.name", "secret"]);
  assert.deepEqual(chosen.columns, ["NAME"]);
});

test("every column leads back to where it stands", () => {
  assert.deepEqual(OFFERED.map(pathOf), ["id", "name", "identityNumber", "branch.name", "joinedOn"]);
  assert.deepEqual(chosenColumns(OFFERED.map(pathOf), OFFERED).columns, OFFERED);
});
