import type { CodegenConfig } from "@graphql-codegen/cli";

/** Types for the documents in `src`, and the manifest that the server is given: `src/gql/persisted-documents.json`. */
const config: CodegenConfig = {
  schema: "../../schema.graphql",
  documents: ["src/**/*.{ts,tsx}", "!src/gql/**"],
  generates: {
    "src/gql/": {
      preset: "client",
      presetConfig: {
        fragmentMasking: false,
        // The texts stay out of the page: it names its documents, and the server knows them from the manifest.
        persistedDocuments: { mode: "replaceDocumentWithHash", hashAlgorithm: "sha256" },
      },
      config: { enumsAsTypes: true, useTypeImports: true, scalars: { Date: "string", DateTime: "string" } },
    },
  },
};

export default config;
