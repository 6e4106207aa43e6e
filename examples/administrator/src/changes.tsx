import { createContext, useContext, useEffect, useState, type ReactNode } from "react";

import { follow } from "./following";
import { graphql } from "./gql";
import { persisted, register } from "./register";

/** One stream for the whole page: whoever shows members or requests asks again when some have changed. */
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

/** How often members and requests have changed so far. */
export interface Revision {
  members: number;
  requests: number;
}

const AT_ONCE = 300; // milliseconds within which changes are taken together

const Revisions = createContext<Revision>({ members: 0, requests: 0 });

export const useRevision = (): Revision => useContext(Revisions);

export function FollowChanges({ children }: { children: ReactNode }) {
  const [revision, setRevision] = useState<Revision>({ members: 0, requests: 0 });
  useEffect(() => {
    const leaving = new AbortController();
    let waiting: ReturnType<typeof setTimeout> | undefined;
    const seen: Revision = { members: 0, requests: 0 };
    void followChanges(leaving.signal, (type) => {
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

/** Each stream goes on after the last event that came. */
async function followChanges(leaving: AbortSignal, onChange: (type: string) => void): Promise<void> {
  let after: string | undefined;
  const variables = async () => {
    after ??= (await register.query(CursorDocument, {}).toPromise()).data?.changeCursor;
    return { after };
  };
  await follow(ChangesDocument, variables, leaving, ({ data, errors }) => {
    if (errors?.some((error) => error.extensions?.["code"] === "CURSOR_EXPIRED")) after = undefined;
    if (!data) return;
    after = data.changes.cursor;
    onChange(data.changes.type);
  });
}
