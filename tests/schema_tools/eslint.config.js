import graphql from "@graphql-eslint/eslint-plugin";

const { configs, parser } = graphql;

/** What the schema does otherwise than these rules have it, and why: docs/decisions/0030. */
const OTHERWISE = {
  // Records have an `id` and are Nodes. Counts, pages, payloads and parts of records are values: they have none.
  "@graphql-eslint/strict-id-in-types": "off",
  // Lists of values are lists; connections have `nodes` too. What is only read in order (entries of the audit log,
  // changes, versions, results of checks) is no Node.
  "@graphql-eslint/relay-edge-types": ["error", { listTypeCanWrapOnlyEdgeType: false, shouldImplementNode: false }],
  // `changes` goes forward alone: whoever follows changes has a cursor, and no use for what was before it.
  "@graphql-eslint/relay-arguments": ["error", { includeBoth: false }],
};

export default [
  {
    files: ["**/*.graphql"],
    languageOptions: { parser, parserOptions: { graphQLConfig: { schema: "schema.graphql" } } },
    plugins: { "@graphql-eslint": graphql },
    rules: { ...configs["flat/schema-recommended"].rules, ...configs["flat/schema-relay"].rules, ...OTHERWISE },
  },
];
