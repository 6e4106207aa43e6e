import type { TypedDocumentNode } from "@graphql-typed-document-node/core";
import { createClient as createStreams } from "graphql-sse";
import { Client, fetchExchange } from "urql";

import { config } from "./config";
import { storeSession } from "./session";
import { freshToken } from "./signIn";

const URL_OF_GRAPHQL = `${config.register}/graphql`;

/**
 * Asks the register. There is no cache: this page shows what others change at the same moment, and asks again when the
 * register says that something has changed.
 */
export const register = new Client({
  url: URL_OF_GRAPHQL,
  exchanges: [fetchExchange],
  preferGetMethod: false, // browsers keep answers to GET on the disk, where others who use the machine find them
  fetch: async (input, init) => {
    const response = await fetch(input, { ...init, headers: { ...init?.headers, ...(await ownHeaders()) } });
    if (response.status === 401) storeSession(null);
    return response;
  },
});

/** Follows subscriptions, one response each. It connects anew with a fresh token; whoever iterates says after what. */
export const streams = createStreams({ url: URL_OF_GRAPHQL, headers: ownHeaders, retryAttempts: 0 });

async function ownHeaders(): Promise<Record<string, string>> {
  return { Authorization: `Bearer ${await freshToken()}`, "Accept-Language": "zh" };
}

/** What graphql-codegen leaves of a document, as urql and graphql-sse send it: `documentId` instead of `query`. */
export function persisted<Result, Variables>(
  document: TypedDocumentNode<Result, Variables>,
): TypedDocumentNode<Result, Variables> & { documentId: string } {
  const { hash } = (document as unknown as { __meta__: { hash: string } }).__meta__;
  return { kind: "Document", definitions: [], documentId: hash } as unknown as ReturnType<
    typeof persisted<Result, Variables>
  >;
}
