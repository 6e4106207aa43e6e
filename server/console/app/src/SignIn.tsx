import { useState } from "react";

import type { Session } from "./session";
import { beginSignIn, described, signOut } from "./signIn";
import { useSay } from "./words";

/** Signs in at the server's pages, or out again. */
export function SignIn({ session }: { session: Session | null }) {
  const say = useSay();
  const [failure, setFailure] = useState<string | null>(null);
  const attempt = (action: () => Promise<void>) => () => {
    setFailure(null);
    action().catch((reason: unknown) => setFailure(described(reason)));
  };
  return (
    <div className="sign-in">
      {session?.refreshToken ? (
        <button type="button" onClick={attempt(signOut)}>
          {say("signOut")}
        </button>
      ) : (
        <button type="button" className="sign-in-button" onClick={attempt(beginSignIn)}>
          {say("signIn")}
        </button>
      )}
      {failure && (
        <span className="sign-in-failure" role="alert">
          {failure}
        </span>
      )}
    </div>
  );
}
