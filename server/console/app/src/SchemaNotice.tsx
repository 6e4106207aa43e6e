import { useGraphiQL } from "@graphiql/react";

import { Bilingual } from "./Bilingual";

const TOKEN_COMMAND = "dengta token --role ADMINISTRATOR --organization 370000";

/** Says why there is no schema, and how to get a token. */
interface SchemaNoticeProps {
  isSignedIn: boolean;
  signInFailure: string | null;
}

export function SchemaNotice({ isSignedIn, signInFailure }: SchemaNoticeProps) {
  const fetchError = useGraphiQL((state) => state.fetchError);
  if (isSignedIn && !fetchError) return null;
  return (
    <section className="schema-notice" role="alert">
      {isSignedIn ? <SchemaRefused reason={firstMessage(fetchError ?? "")} /> : <TokenMissing failure={signInFailure} />}
      <p>
        <Bilingual zh="也可在服务器上取得令牌：" en="Or get a token on the server:" /> <code>{TOKEN_COMMAND}</code>
      </p>
    </section>
  );
}

function TokenMissing({ failure }: { failure: string | null }) {
  return (
    <p>
      <strong>
        {failure ? (
          <Bilingual zh="登录未成功。" en="The sign-in failed." />
        ) : (
          <Bilingual zh="尚未登录。" en="Nobody is signed in." />
        )}
      </strong>{" "}
      {failure && <span className="schema-notice-reason">{failure} </span>}
      <Bilingual zh="请在上方登录，或粘贴访问令牌。" en="Sign in above, or paste an access token there." />
    </p>
  );
}

function SchemaRefused({ reason }: { reason: string }) {
  return (
    <p>
      <strong>
        <Bilingual zh="无法读取架构：令牌可能无效或已过期。" en="The schema could not be fetched: the token may be invalid or expired." />
      </strong>{" "}
      <span className="schema-notice-reason">{reason}</span>
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
