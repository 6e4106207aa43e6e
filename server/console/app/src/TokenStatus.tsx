import { useEffect, useState } from "react";

import type { Language } from "./language";
import type { Session } from "./session";
import { readClaims } from "./token";
import { isWord, useSay } from "./words";

const CLOCK_MILLISECONDS = 15_000;

interface StatusProps {
  session: Session | null;
  language: Language;
}

export function TokenStatus({ session, language }: StatusProps) {
  return (
    <p id="token-status" className="token-status" role="status">
      <StatusText session={session} language={language} />
    </p>
  );
}

function StatusText({ session, language }: StatusProps) {
  const say = useSay();
  const now = useClock();
  if (session === null) return say("notSignedIn");
  const claims = readClaims(session.idToken ?? session.accessToken);
  if (!claims) return say("unreadableToken");
  if (!session.refreshToken && claims.expiresAt && claims.expiresAt <= now) return say("tokenExpired");
  const role = claims.role && isWord(claims.role) ? say(claims.role) : claims.role;
  const who = [claims.name, role, claims.organizationName].filter(Boolean).join(" · ");
  if (session.refreshToken) return who;
  const until = claims.expiresAt?.toLocaleString(language, { dateStyle: "medium", timeStyle: "short" });
  return (
    <>
      {who}
      {until && (
        <span className="token-expiry">
          {say("validUntil")} {until}
        </span>
      )}
    </>
  );
}

/** Makes the status notice that a token has run out while the page stood open. */
function useClock(): Date {
  const [now, setNow] = useState(() => new Date());
  useEffect(() => {
    const timer = setInterval(() => setNow(new Date()), CLOCK_MILLISECONDS);
    return () => clearInterval(timer);
  }, []);
  return now;
}
