import { useEffect } from "react";

import { dropSession, readSession, storeSession } from "./session";

export interface Claims {
  name: string | null;
  role: string | null;
  organizationName: string | null;
  expiresAt: Date | null;
}

/** Moves `#token=…` from the address bar into the session; false when the address carries no token. */
export function takeTokenFromAddress(): boolean {
  const fragment = new URLSearchParams(location.hash.slice(1));
  const token = fragment.get("token");
  if (token === null) return false;
  acceptToken(token);
  history.replaceState(history.state, "", location.pathname + location.search);
  return true;
}

/** A link with a token, opened where the console already is, changes only the fragment. */
export function useTokensFromAddress(): void {
  useEffect(() => {
    const onFragment = () => void takeTokenFromAddress();
    addEventListener("hashchange", onFragment);
    return () => removeEventListener("hashchange", onFragment);
  }, []);
}

/** A token from elsewhere takes the place of whoever was signed in. */
export function acceptToken(text: string): void {
  const token = cleanToken(text);
  if (token === (readSession()?.accessToken ?? "")) return;
  if (token) storeSession({ accessToken: token, expiresAt: readClaims(token)?.expiresAt?.getTime() ?? null });
  else dropSession();
}

/** What the token says of itself. Nothing here is verified: that is the server's part. */
export function readClaims(token: string): Claims | null {
  try {
    const payload = JSON.parse(decodeBase64Url(token.split(".")[1] ?? ""));
    return {
      name: textOrNull(payload.name),
      role: textOrNull(payload.role),
      organizationName: textOrNull(payload.organization_name),
      expiresAt: typeof payload.exp === "number" ? new Date(payload.exp * 1000) : null,
    };
  } catch {
    return null;
  }
}

/** A token is often copied along with its scheme, or with a line break from a terminal. */
function cleanToken(text: string): string {
  return text.replace(/^\s*Bearer\s+/i, "").replace(/\s/g, "");
}

function decodeBase64Url(text: string): string {
  const bytes = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return new TextDecoder().decode(Uint8Array.from(bytes, (character) => character.charCodeAt(0)));
}

function textOrNull(value: unknown): string | null {
  return typeof value === "string" && value !== "" ? value : null;
}
