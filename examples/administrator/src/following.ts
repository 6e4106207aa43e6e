import type { TypedDocumentNode } from "@graphql-typed-document-node/core";
import type { ExecutionResult } from "graphql";

import { streams } from "./register";

const PAUSE = 2_000; // milliseconds, before the next stream

type Persisted<Data> = TypedDocumentNode<Data, never> & { documentId: string };

/**
 * Until it is left. A stream ends with its token at the latest, or with the network: the next one is asked for anew, with
 * the variables of that moment.
 */
export async function follow<Data>(
  document: Persisted<Data>,
  variables: () => Promise<Record<string, unknown>>,
  leaving: AbortSignal,
  onEvent: (event: ExecutionResult<Data>) => void,
): Promise<void> {
  while (!leaving.aborted) {
    try {
      const events = streams.iterate<Data>({ ...named(document), variables: await variables() });
      const stop = () => void events.return?.();
      leaving.addEventListener("abort", stop);
      try {
        for await (const event of events) onEvent(event as ExecutionResult<Data>);
      } finally {
        leaving.removeEventListener("abort", stop);
      }
    } catch {
      // The server or the network has gone: it is tried again.
    }
    await new Promise((resolve) => setTimeout(resolve, PAUSE));
  }
}

/** graphql-sse sends what it is given, and its types know of texts alone. */
function named(document: { documentId: string }): { query: string } {
  return { documentId: document.documentId } as unknown as { query: string };
}
