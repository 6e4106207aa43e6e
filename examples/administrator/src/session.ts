import { useSyncExternalStore } from "react";

/** Who works in this tab. It ends with the tab; no other tab sees it. */
export interface Session {
  accessToken: string;
  refreshToken?: string;
  idToken?: string;
  /** Milliseconds since 1970. */
  expiresAt: number;
}

const STORAGE_KEY = "administrator.session";
const listeners = new Set<() => void>();
let session: Session | null = JSON.parse(sessionStorage.getItem(STORAGE_KEY) ?? "null");

export const readSession = (): Session | null => session;

export function storeSession(next: Session | null): void {
  session = next;
  if (next === null) sessionStorage.removeItem(STORAGE_KEY);
  else sessionStorage.setItem(STORAGE_KEY, JSON.stringify(next));
  listeners.forEach((listener) => listener());
}

export function useSession(): Session | null {
  return useSyncExternalStore((listener) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  }, readSession);
}
