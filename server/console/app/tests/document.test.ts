import assert from "node:assert/strict";
import { test } from "node:test";

import { newGroup, newRow } from "../src/builder/conditions";
import { type BuiltQuery, written } from "../src/builder/document";
import { readDocument } from "../src/builder/readDocument";
import { FIELDS, FIELDS_OF, HISTORY_FIELDS } from "./fields";

const BUILT: BuiltQuery = {
  connection: "members",
  root: newGroup("and", [newRow("name", "FUZZY", "建国")]),
  columns: ["name", "branch.name", "age", "branch.parent.name", "branch.kind"],
  order: [{ field: "BIRTH_DATE", direction: "DESC" }],
  first: 200,
};

test("a query names its columns once, fields of one record together", () => {
  const { query } = written(BUILT, FIELDS);
  assert.ok(
    query.includes(
      `    nodes {
      name
      branch {
        name
        parent {
          name
        }
        kind
      }
      age
    }
`,
    ),
  );
});

test("its variables are the conditions, the order and the size of a page", () => {
  assert.deepEqual(JSON.parse(written(BUILT, FIELDS).variables), {
    where: { name: { fuzzy: "建国" } },
    orderBy: [{ field: "BIRTH_DATE", direction: "DESC" }],
    first: 200,
  });
});

test("what is not asked is not said", () => {
  const { variables } = written({ ...BUILT, root: newGroup("and", []), order: [] }, FIELDS);
  assert.deepEqual(JSON.parse(variables), { first: 200 });
});

test("a query without columns asks for ids, as GraphQL wants some field", () => {
  assert.match(written({ ...BUILT, columns: [] }, FIELDS).query, /nodes \{\s+id\s+\}/);
});

test("what was written is read back", () => {
  const text = written(BUILT, FIELDS);
  const read = readDocument(text, FIELDS_OF)!;
  assert.deepEqual(written(read, FIELDS), text);
});

test("of those who have left it asks without an order, and is read back", () => {
  const root = newGroup("and", [newRow("kind", "EXACT", "DECEASED")]);
  const built: BuiltQuery = { connection: "historyMembers", root, columns: ["name", "branch.name"], order: [], first: 50 };
  const text = written(built, HISTORY_FIELDS);
  assert.match(text.query, /query HistoryMemberQuery\(\s+\$where: HistoryMemberFilter\s+\$first: Int\s+\$after: String\s+\)/);
  assert.doesNotMatch(text.query, /orderBy/);
  assert.deepEqual(JSON.parse(text.variables), { where: { kind: { exact: "DECEASED" } }, first: 50 });
  const read = readDocument(text, FIELDS_OF)!;
  assert.equal(read.connection, "historyMembers");
  assert.deepEqual(written(read, HISTORY_FIELDS), text);
});

test("a query by hand is read with its values in the text", () => {
  const query = `query Hand {
    members(where: {gender: {multi: [MALE, FEMALE]}, age: {range: {to: 35}}}, orderBy: [{field: NAME}], first: 10) {
      totalCount nodes { id name }
    }
  }`;
  const read = readDocument({ query, variables: "" }, FIELDS_OF)!;
  assert.deepEqual(read.columns, ["id", "name"]);
  assert.deepEqual(read.order, [{ field: "NAME", direction: "ASC" }]);
  assert.deepEqual(JSON.parse(written(read, FIELDS).variables).where, {
    gender: { multi: ["MALE", "FEMALE"] },
    age: { range: { to: 35 } },
  });
});

test("without a size it is the server's own", () => {
  assert.equal(readDocument({ query: "{ members { nodes { id } } }", variables: "" }, FIELDS_OF)?.first, 50);
});

const NOT_SHOWN: Record<string, [query: string, variables?: string]> = {
  "text that is not finished": ["{ members {"],
  "variables that are not finished": ["{ members { nodes { id } } }", "{"],
  "another question": ["{ viewer { role } }"],
  "two questions": ["{ members { nodes { id } } viewer { role } }"],
  "two operations": ["query A { members { nodes { id } } } query B { members { nodes { id } } }"],
  "a mutation": ["mutation { members { nodes { id } } }"],
  "an alias": ["{ all: members { nodes { id } } }"],
  "a directive": ["{ members { nodes { id @skip(if: true) } } }"],
  "a fragment": ["{ members { nodes { ... on Member { id } } } }"],
  "arguments within a row": ["{ members { nodes { branch { members(first: 1) { totalCount } } } } }"],
  "pages from behind": ["{ members(last: 5) { nodes { id } } }"],
  edges: ["{ members { edges { cursor } } }"],
  "a total alone": ["{ members { totalCount } }"],
  "defaults of variables": ["query ($first: Int = 5) { members(first: $first) { nodes { id } } }"],
  "a condition without a row": ['{ members(where: {phone: {exact: "1"}}) { nodes { id } } }'],
};

for (const [what, [query, variables = ""]] of Object.entries(NOT_SHOWN)) {
  test(`the builder does not show ${what}`, () => assert.equal(readDocument({ query, variables }, FIELDS_OF), null));
}
