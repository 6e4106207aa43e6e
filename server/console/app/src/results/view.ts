import { useSyncExternalStore } from "react";

/** How results are looked at. It is kept for the next visit. */
export type View = "json" | "table" | "chart";

export const VIEWS: View[] = ["json", "table", "chart"];

const STORAGE_KEY = "dengta.view";
const listeners = new Set<() => void>();

export function useView(): View {
  return useSyncExternalStore(subscribe, readView);
}

export function showView(view: View): void {
  localStorage.setItem(STORAGE_KEY, view);
  listeners.forEach((listener) => listener());
}

/** For those who have not chosen yet. */
export function showTableFirst(): void {
  if (localStorage.getItem(STORAGE_KEY) === null) showView("table");
}

function readView(): View {
  const stored = localStorage.getItem(STORAGE_KEY) as View | null;
  return stored !== null && VIEWS.includes(stored) ? stored : "json";
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
