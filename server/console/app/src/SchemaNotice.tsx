import { useGraphiQL } from "@graphiql/react";

import { useSay } from "./words";

const TOKEN_COMMAND = "dengta token --role ADMINISTRATOR --organization 370000";

/** Says why there is no schema, and how to get a token. */
interface SchemaNoticeProps {
  isSignedIn: boolean;
  signInFailure: string | null;
}

export function SchemaNotice({ isSignedIn, signInFailure }: SchemaNoticeProps) {
  const say = useSay();
  const fetchError = useGraphiQL((state) => state.fetchError);
  if (isSignedIn && !fetchError) return null;
  return (
    <section className="schema-notice" role="alert">
      {isSignedIn ? <SchemaRefused reason={firstMessage(fetchError ?? "")} /> : <TokenMissing failure={signInFailure} />}
      <p>
        {say("tokenOnServer")} <code>{TOKEN_COMMAND}</code>
      </p>
    </section>
  );
}

function TokenMissing({ failure }: { failure: string | null }) {
  const say = useSay();
  return (
    <p>
      <strong>{say(failure ? "signInFailed" : "nobodySignedIn")}</strong>{" "}
      {failure && <span className="schema-notice-reason">{failure} </span>}
      {say("signInAbove")}
    </p>
  );
}

function SchemaRefused({ reason }: { reason: string }) {
  const say = useSay();
  return (
    <p>
      <strong>{say("schemaRefused")}</strong> <span className="schema-notice-reason">{reason}</span>
    </p>
  );
}

/** GraphiQL hands over the whole result as text; its first message is what a reader can use. */
function firstMessage(fetchError: string): string {
  try {
    return String(JSON.parse(fetchError).errors[0].message);
  } catch {
    return fetchError.slice(0, 200);
  }
}
