import { useEffect, useState } from "react";

import { ask } from "../fetcher";
import { useSession } from "../session";
import { type FieldsOf, openFields, QUERY_FIELDS } from "./fields";

export type AskedFields = { fieldsOf: FieldsOf } | { failure: string } | "loading" | "signed out";

/** The fields whoever is signed in may ask by, asked anew for each person. */
export function useQueryFields(): AskedFields {
  const session = useSession();
  const who = session && (session.idToken ?? session.accessToken);
  const [asked, setAsked] = useState<AskedFields>("loading");

  useEffect(() => {
    if (who === null) return setAsked("signed out");
    let isCurrent = true;
    const settle = (settled: AskedFields) => isCurrent && setAsked(settled);
    setAsked("loading");
    ask<FieldsOf>(QUERY_FIELDS, {}).then(
      ({ members, historyMembers }) =>
        settle({ fieldsOf: { members: openFields(members), historyMembers: openFields(historyMembers) } }),
      (reason: unknown) => settle({ failure: reason instanceof Error ? reason.message : String(reason) }),
    );
    return () => void (isCurrent = false);
  }, [who]);

  return asked;
}
