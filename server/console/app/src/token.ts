import { useCallback, useEffect, useState } from "react";

const STORAGE_KEY = "dengta.token";

export interface Claims {
  role: string | null;
  organizationName: string | null;
  expiresAt: Date | null;
}

/** Moves `#token=…` from the address bar into the session; false when the address carries no token. */
export function takeTokenFromAddress(): boolean {
  const fragment = new URLSearchParams(location.hash.slice(1));
  const token = fragment.get("token");
  if (token === null) return false;
  storeToken(cleanToken(token));
  history.replaceState(history.state, "", location.pathname + location.search);
  return true;
}

export function useToken(): [string, (token: string) => void] {
  const [token, setToken] = useState(readStoredToken);

  const changeToken = useCallback((text: string) => {
    storeToken(cleanToken(text));
    setToken(readStoredToken());
  }, []);

  // A link with a token, opened where the console already is, changes only the fragment.
  useEffect(() => {
    const onFragment = () => takeTokenFromAddress() && setToken(readStoredToken());
    addEventListener("hashchange", onFragment);
    return () => removeEventListener("hashchange", onFragment);
  }, []);

  return [token, changeToken];
}

/** What the token says of itself. Nothing here is verified: that is the server's part. */
export function readClaims(token: string): Claims | null {
  try {
    const payload = JSON.parse(decodeBase64Url(token.split(".")[1] ?? ""));
    return {
      role: textOrNull(payload.role),
      organizationName: textOrNull(payload.organization_name),
      expiresAt: typeof payload.exp === "number" ? new Date(payload.exp * 1000) : null,
    };
  } catch {
    return null;
  }
}

function readStoredToken(): string {
  return sessionStorage.getItem(STORAGE_KEY) ?? "";
}

function storeToken(token: string): void {
  if (token) sessionStorage.setItem(STORAGE_KEY, token);
  else sessionStorage.removeItem(STORAGE_KEY);
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
