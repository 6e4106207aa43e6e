import assert from "node:assert/strict";
import { test } from "node:test";

import { columnChoices, fullName, openFields, orderChoices } from "../src/builder/fields";
import { FIELDS, field } from "./fields";

test("what is hidden from the caller is not offered", () => {
  const open = openFields([field("name", "NAME", "EXACT"), field("phone", "TEXT", "EXACT", { permission: "HIDDEN" })]);
  assert.deepEqual(
    open.map(({ path }) => path.join(".")),
    ["within", "name"],
  );
});

test("whoever sees nothing of members has nothing to ask by, not even the organisation", () => {
  const hidden = field("name", "NAME", "", { permission: "HIDDEN" });
  assert.deepEqual(openFields([hidden, field("branch.name", "TEXT", "EXACT")]), []);
});

test("columns are fields of the member and the branch, and no lists", () => {
  const paths = columnChoices(FIELDS, "zh-CN").map(({ value }) => value);
  assert.ok(paths.includes("branch.name") && paths.includes("id"));
  assert.ok(!paths.includes("within") && !paths.includes("breaches.rules"));
});

test("orders are spelled as the schema spells them", () => {
  const orders = orderChoices(FIELDS, "en").map(({ value }) => value);
  assert.ok(orders.includes("IDENTITY_NUMBER") && orders.includes("BRANCH") && !orders.includes("PHOTO"));
});

test("a field of the branch says so", () => {
  const name = FIELDS.find(({ path }) => path.join(".") === "branch.name")!;
  assert.equal(fullName(name, "zh-CN"), "所在党支部 · 标签 branch.name");
  assert.equal(fullName(name, "en"), "Branch · Label of branch.name");
});
