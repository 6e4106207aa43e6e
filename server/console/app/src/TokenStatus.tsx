import { useEffect, useState } from "react";

import { Bilingual } from "./Bilingual";
import type { Language } from "./language";
import { readClaims } from "./token";

const CLOCK_MILLISECONDS = 15_000;

export function TokenStatus({ token, language }: { token: string; language: Language }) {
  return (
    <p id="token-status" className="token-status" role="status">
      <StatusText token={token} language={language} />
    </p>
  );
}

function StatusText({ token, language }: { token: string; language: Language }) {
  const now = useClock();
  if (!token) return <Bilingual zh="无令牌" en="No token" />;
  const claims = readClaims(token);
  if (!claims) return <Bilingual zh="令牌无法识别" en="Unreadable token" />;
  if (claims.expiresAt && claims.expiresAt <= now) return <Bilingual zh="令牌已过期" en="Token expired" />;
  const until = claims.expiresAt?.toLocaleString(language, { dateStyle: "medium", timeStyle: "short" });
  return (
    <>
      {[claims.role, claims.organizationName].filter(Boolean).join(" · ")}
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
