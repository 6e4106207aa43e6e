import { useEffect, useState } from "react";

import { Bilingual } from "./Bilingual";
import type { Language } from "./language";
import type { Session } from "./session";
import { readClaims } from "./token";

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
  const now = useClock();
  if (session === null) return <Bilingual zh="未登录，无令牌" en="Not signed in. No token" />;
  const claims = readClaims(session.idToken ?? session.accessToken);
  if (!claims) return <Bilingual zh="令牌无法识别" en="Unreadable token" />;
  if (!session.refreshToken && claims.expiresAt && claims.expiresAt <= now) return <Bilingual zh="令牌已过期" en="Token expired" />;
  const who = [claims.name, claims.role, claims.organizationName].filter(Boolean).join(" · ");
  if (session.refreshToken) return who;
  const until = claims.expiresAt?.toLocaleString(language, { dateStyle: "medium", timeStyle: "short" });
  return (
    <>
      {who}
      {until && (
        <span className="token-expiry">
          <Bilingual zh="有效至" en="valid until" /> {until}
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
