import { useState } from "react";

import { Bilingual } from "./Bilingual";
import type { Session } from "./session";
import { beginSignIn, described, signOut } from "./signIn";

/** Signs in at the server's pages, or out again. */
export function SignIn({ session }: { session: Session | null }) {
  const [failure, setFailure] = useState<string | null>(null);
  const attempt = (action: () => Promise<void>) => () => {
    setFailure(null);
    action().catch((reason: unknown) => setFailure(described(reason)));
  };
  return (
    <div className="sign-in">
      {session?.refreshToken ? (
        <button type="button" onClick={attempt(signOut)}>
          <Bilingual zh="退出" en="Sign out" />
        </button>
      ) : (
        <button type="button" className="sign-in-button" onClick={attempt(beginSignIn)}>
          <Bilingual zh="登录" en="Sign in" />
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
