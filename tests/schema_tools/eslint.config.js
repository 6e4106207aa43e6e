import graphql from "@graphql-eslint/eslint-plugin";

const { configs, parser } = graphql;

const recommended = configs["flat/schema-recommended"].rules;
const [severity, names] = recommended["@graphql-eslint/naming-convention"];

/** What the schema does otherwise than these rules have it, and why: docs/decisions/0030. */
const OTHERWISE = {
  // Records have an `id` and are Nodes. Counts, pages, payloads and parts of records are values: they have none.
  "@graphql-eslint/strict-id-in-types": "off",
  // Lists of values are lists; connections have `nodes` too. What is only read in order (entries of the audit log,
  // changes, versions, results of checks) is no Node.
  "@graphql-eslint/relay-edge-types": ["error", { listTypeCanWrapOnlyEdgeType: false, shouldImplementNode: false }],
  // `changes` goes forward alone: whoever follows changes has a cursor, and no use for what was before it.
  "@graphql-eslint/relay-arguments": ["error", { includeBoth: false }],
  // A saved query is a thing that people have, 常用查询: the suffix says what it is, not that one asks for it.
  "@graphql-eslint/naming-convention": [
    severity,
    { ...names, "FieldDefinition[parent.name.value=Query]": { forbiddenPrefixes: ["query", "get"] } },
  ],
};

export default [
  {
    files: ["**/*.graphql"],
    languageOptions: { parser, parserOptions: { graphQLConfig: { schema: "schema.graphql" } } },
    plugins: { "@graphql-eslint": graphql },
    rules: { ...recommended, ...configs["flat/schema-relay"].rules, ...OTHERWISE },
  },
];
