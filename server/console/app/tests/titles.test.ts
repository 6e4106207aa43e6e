import assert from "node:assert/strict";
import { test } from "node:test";

import { buildSchema, parse } from "graphql";

import { splitDescription, termOf } from "../src/results/terms";
import { columnTitle, spokenCell, titlesOf } from "../src/results/titles";

const SCHEMA = buildSchema(`
  interface Node { id: ID! }
  type Query { members: [Member!]!  node: Node }
  type Member implements Node {
    id: ID!
    "姓名。Name."
    name: String
    "性别。Gender."
    gender: Gender
    "所在党支部。Branch: the organisation that the member hangs on."
    branch: Branch
  }
  type Branch {
    "名称。Name."
    name: String
  }
  enum Gender {
    "男 (1)。Male."
    MALE
  }
`);

const TITLES = titlesOf(
  SCHEMA,
  parse(`
  query { members { ...Who sex: gender branch { name } } node { ... on Member { name } } }
  fragment Who on Member { name }
`),
);

test("columns are called as the schema calls them", () => {
  assert.equal(columnTitle(TITLES, "members", "name", "zh-CN"), "姓名");
  assert.equal(columnTitle(TITLES, "members", "branch.name", "zh-CN"), "所在党支部 · 名称");
  assert.equal(columnTitle(TITLES, "members", "branch.name", "en"), "Branch · Name");
  assert.equal(columnTitle(TITLES, "node", "name", "en"), "Name");
});

test("what the schema does not know keeps its name", () => {
  assert.equal(columnTitle(TITLES, "members", "unheard", "zh-CN"), "unheard");
});

test("codes are said in words, under an alias too", () => {
  const title = TITLES.get("members.sex");
  assert.equal(spokenCell(title, "MALE", "zh-CN"), "男");
  assert.equal(spokenCell(title, "MALE", "en"), "Male");
  assert.equal(spokenCell(title, "OTHER", "zh-CN"), "OTHER");
  assert.equal(spokenCell(undefined, true, "zh-CN"), "是");
  assert.equal(spokenCell(undefined, 7, "zh-CN"), 7);
});

test("a description begins with its Chinese term, or is left alone", () => {
  assert.deepEqual(splitDescription("公民身份证号。Identity number: GB 11643."), {
    "zh-CN": "公民身份证号",
    en: "Identity number: GB 11643.",
  });
  assert.equal(splitDescription("The `Boolean` scalar."), null);
  assert.deepEqual(termOf("公民身份证号。Identity number: GB 11643.", "x"), {
    "zh-CN": "公民身份证号",
    en: "Identity number",
  });
  assert.deepEqual(termOf(null, "x"), { "zh-CN": "x", en: "x" });
});
