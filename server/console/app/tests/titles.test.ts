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
    "男。Male."
    MALE
  }
`);

const TITLES = titlesOf(SCHEMA, parse(`
  query { members { ...Who sex: gender branch { name } } node { ... on Member { name } } }
  fragment Who on Member { name }
`));

test("columns are called as the schema calls them", () => {
  assert.equal(columnTitle(TITLES, "members", "name", "chinese"), "姓名");
  assert.equal(columnTitle(TITLES, "members", "branch.name", "chinese"), "所在党支部 · 名称");
  assert.equal(columnTitle(TITLES, "members", "branch.name", "english"), "Branch · Name");
  assert.equal(columnTitle(TITLES, "node", "name", "english"), "Name");
});

test("what the schema does not know keeps its name", () => {
  assert.equal(columnTitle(TITLES, "members", "unheard", "chinese"), "unheard");
});

test("codes are said in words, under an alias too", () => {
  const title = TITLES.get("members.sex");
  assert.equal(spokenCell(title, "MALE", "chinese"), "男");
  assert.equal(spokenCell(title, "MALE", "english"), "Male");
  assert.equal(spokenCell(title, "OTHER", "chinese"), "OTHER");
  assert.equal(spokenCell(undefined, true, "chinese"), "是");
  assert.equal(spokenCell(undefined, 7, "chinese"), 7);
});

test("a description begins with its Chinese term, or is left alone", () => {
  assert.deepEqual(splitDescription("公民身份证号。Identity number: GB 11643."), {
    chinese: "公民身份证号",
    english: "Identity number: GB 11643.",
  });
  assert.equal(splitDescription("The `Boolean` scalar."), null);
  assert.deepEqual(termOf("公民身份证号。Identity number: GB 11643.", "x"), { chinese: "公民身份证号", english: "Identity number" });
  assert.deepEqual(termOf(null, "x"), { chinese: "x", english: "x" });
});
