import { useGraphiQL } from "@graphiql/react";

import { Bilingual } from "./Bilingual";

const TOKEN_COMMAND = "dengta token --role ADMINISTRATOR --organization 370000";

/** Says why there is no schema, and how to get a token. */
export function SchemaNotice({ token }: { token: string }) {
  const fetchError = useGraphiQL((state) => state.fetchError);
  if (token && !fetchError) return null;
  return (
    <section className="schema-notice" role="alert">
      {token ? <SchemaRefused reason={firstMessage(fetchError ?? "")} /> : <TokenMissing />}
      <p>
        <Bilingual zh="在服务器上取得令牌：" en="Get a token on the server:" /> <code>{TOKEN_COMMAND}</code>
      </p>
    </section>
  );
}

function TokenMissing() {
  return (
    <p>
      <strong>
        <Bilingual zh="需要访问令牌。" en="An access token is needed." />
      </strong>{" "}
      <Bilingual zh="请将令牌粘贴到上方。" en="Paste one above." />
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
