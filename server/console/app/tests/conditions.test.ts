import assert from "node:assert/strict";
import { test } from "node:test";

import { added, emptyRow, newGroup, newRow, removed, replaced, withField, withMethod } from "../src/builder/conditions";
import { FIELDS, field } from "./fields";

const name = FIELDS.find(({ path }) => path[0] === "name")!;
const gender = FIELDS.find(({ path }) => path[0] === "gender")!;

test("a new row takes the first method and no value", () => {
  const { field: key, method, operand } = emptyRow(gender);
  assert.deepEqual({ key, method, operand }, { key: "gender", method: "EXACT", operand: "" });
});

test("a field with methods that have no input yet is shown by those that have one", () => {
  assert.equal(emptyRow(field("branch.id", "REFERENCE", "MULTI EXACT")).method, "EXACT");
});

test("what was typed survives another method that takes the same", () => {
  const typed = newRow("name", "FUZZY", "王");
  assert.equal(withMethod(typed, name, "PREFIX").operand, "王");
  assert.deepEqual(withMethod(newRow("gender", "EXACT", "FEMALE"), gender, "MULTI").operand, []);
});

test("another field keeps the row's place", () => {
  const typed = newRow("name", "FUZZY", "王");
  assert.equal(withField(typed, gender).id, typed.id);
  assert.equal(withField(typed, gender).operand, "");
});

test("rows are added, changed and removed deep in the tree, and the old tree stays", () => {
  const row = newRow("name", "FUZZY", "王");
  const inner = newGroup("or", [row]);
  const root = newGroup("and", [inner]);
  const another = newRow("gender", "EXACT", "MALE");
  assert.deepEqual(added(root, inner.id, another).items, [{ ...inner, items: [row, another] }]);
  assert.deepEqual(replaced(root, { ...row, operand: "李" }).items, [{ ...inner, items: [{ ...row, operand: "李" }] }]);
  assert.deepEqual(removed(root, row.id).items, [{ ...inner, items: [] }]);
  assert.deepEqual(root.items, [inner]);
});

test("the whole is never removed", () => {
  const root = newGroup("and", []);
  assert.equal(removed(root, root.id), root);
});
