import { useSyncExternalStore } from "react";

/** Who works in this tab. It ends with the tab; no other tab sees it. */
export interface Session {
  accessToken: string;
  refreshToken?: string;
  idToken?: string;
  /** Milliseconds since 1970; null when it is not known. */
  expiresAt: number | null;
}

const STORAGE_KEY = "dengta.session";
const listeners = new Set<() => void>();
let readText: string | null = null;
let readValue: Session | null = null;

/** The same object as long as nothing changes. */
export function readSession(): Session | null {
  const text = sessionStorage.getItem(STORAGE_KEY);
  if (text !== readText) {
    readText = text;
    readValue = text === null ? null : JSON.parse(text);
  }
  return readValue;
}

export function storeSession(session: Session): void {
  sessionStorage.setItem(STORAGE_KEY, JSON.stringify(session));
  listeners.forEach((listener) => listener());
}

export function dropSession(): void {
  sessionStorage.removeItem(STORAGE_KEY);
  listeners.forEach((listener) => listener());
}

export function useSession(): Session | null {
  return useSyncExternalStore(subscribe, readSession);
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
