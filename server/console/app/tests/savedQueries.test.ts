import assert from "node:assert/strict";
import { test } from "node:test";

import { readDocument } from "../src/builder/readDocument";
import { isOpenable, questionOf, type SavedQuery, textOf } from "../src/builder/savedQueries";
import { FIELDS, FIELDS_OF, HISTORY_FIELDS } from "./fields";

const SAVED: SavedQuery = {
  id: "U2F2ZWRRdWVyeTox",
  name: "女党员",
  subject: "MEMBERS",
  isShared: false,
  isOwn: true,
  where: { gender: { exact: "FEMALE" } },
  orderBy: [{ field: "NAME", direction: "DESC" }],
  columns: ["NAME", "BRANCH", "IDENTITY_NUMBER"],
  problems: [],
  version: 1,
};

test("the builder shows a saved query, and would save it as it was", () => {
  const built = readDocument(textOf(SAVED), FIELDS_OF)!;
  assert.deepEqual(built.columns, ["name", "branch.name", "identityNumber"]);
  const { where, orderBy, columns } = SAVED;
  assert.deepEqual(questionOf(built, FIELDS, columns!), { members: { where, orderBy, columns } });
});

test("one of those who have left is shown and saved as such, without an order", () => {
  const where = { kind: { exact: "EXPELLED" } };
  const saved: SavedQuery = { ...SAVED, subject: "HISTORY_MEMBERS", where, orderBy: null, columns: ["NAME", "BRANCH"] };
  const built = readDocument(textOf(saved), FIELDS_OF)!;
  assert.equal(built.connection, "historyMembers");
  assert.deepEqual(questionOf(built, HISTORY_FIELDS, saved.columns!), {
    historyMembers: { where, columns: ["NAME", "BRANCH"] },
  });
});

test("conditions that the builder has no rows for stand in the text all the same", () => {
  const text = textOf({ ...SAVED, where: { phone: { exact: "1" } } });
  assert.equal(readDocument(text, FIELDS_OF), null);
  assert.deepEqual(JSON.parse(text.variables).where, { phone: { exact: "1" } });
});

test("one that asks of everybody has no conditions and no order", () => {
  const text = textOf({ ...SAVED, where: null, orderBy: null });
  assert.deepEqual(JSON.parse(text.variables), { first: 50 });
});

const NOTHING = { where: null, orderBy: null, columns: null };

test("another's query whose conditions are not told cannot be opened", () => {
  assert.equal(isOpenable({ ...SAVED, isOwn: false }), true);
  assert.equal(isOpenable({ ...SAVED, ...NOTHING, isOwn: false }), false);
});

test("one's own that asks nothing can be opened, and one that may not be asked cannot", () => {
  assert.equal(isOpenable({ ...SAVED, ...NOTHING }), true);
  assert.equal(isOpenable({ ...SAVED, ...NOTHING, problems: [{ message: "hidden" }] }), false);
});
