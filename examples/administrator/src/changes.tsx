import { createContext, useContext, useEffect, useState, type ReactNode } from "react";

import { graphql } from "./gql";
import type { ChangesSubscription } from "./gql/graphql";
import { persisted, register, streams } from "./register";

/**
 * One stream for the whole page. To follow something else, such as the requests that await one's own decision, replace
 * the document here and what `Revision` counts.
 */
const ChangesDocument = persisted(
  graphql(`
    subscription Changes($after: String) {
      changes(
        after: $after
        types: [MEMBER_ADDED, MEMBER_CHANGED, MEMBER_LEFT, MEMBER_RESTORED, REQUEST_SUBMITTED, REQUEST_CHANGED]
      ) {
        cursor
        type
      }
    }
  `),
);

const CursorDocument = persisted(graphql(`query Cursor { changeCursor }`));

/** How often members and requests have changed so far: whoever shows them asks again when the number is another. */
export interface Revision {
  members: number;
  requests: number;
}

const PAUSE = 2_000; // milliseconds, before the next connection
const AT_ONCE = 300; // milliseconds within which changes are taken together

const Revisions = createContext<Revision>({ members: 0, requests: 0 });

export const useRevision = (): Revision => useContext(Revisions);

export function FollowChanges({ children }: { children: ReactNode }) {
  const [revision, setRevision] = useState<Revision>({ members: 0, requests: 0 });
  useEffect(() => {
    const leaving = new AbortController();
    let waiting: ReturnType<typeof setTimeout> | undefined;
    const seen: Revision = { members: 0, requests: 0 };
    void follow(leaving.signal, (type) => {
      seen[type.startsWith("REQUEST") ? "requests" : "members"] += 1;
      clearTimeout(waiting);
      waiting = setTimeout(() => setRevision({ ...seen }), AT_ONCE);
    });
    return () => {
      clearTimeout(waiting);
      leaving.abort();
    };
  }, []);
  return <Revisions value={revision}>{children}</Revisions>;
}

/** Until it is left. A stream ends with its token at the latest; the next goes on after the last event that came. */
async function follow(leaving: AbortSignal, onChange: (type: string) => void): Promise<void> {
  let after: string | undefined;
  while (!leaving.aborted) {
    after ??= (await register.query(CursorDocument, {}).toPromise()).data?.changeCursor;
    const events = streams.iterate<ChangesSubscription>({ ...request(), variables: { after } });
    const stop = () => void events.return?.();
    leaving.addEventListener("abort", stop);
    try {
      for await (const { data, errors } of events) {
        if (errors?.some((error) => error.extensions?.["code"] === "CURSOR_EXPIRED")) after = undefined;
        if (!data) continue;
        after = data.changes.cursor;
        onChange(data.changes.type);
      }
    } catch {
      // The server or the network has gone: it is tried again.
    } finally {
      leaving.removeEventListener("abort", stop);
    }
    await new Promise((resolve) => setTimeout(resolve, PAUSE));
  }
}

/** graphql-sse sends what it is given, and its types know of texts alone. */
function request(): { query: string } {
  return { documentId: ChangesDocument.documentId } as unknown as { query: string };
}
