import type { BuiltQuery, Order, Written } from "./document";
import type { QueryField } from "./fields";
import { readPlainList } from "./plainList";
import { readFilter } from "./readFilter";

/** 读回: what an editor's text says, when it is a plain list of members; null when the builder cannot show it. */

const DEFAULT_FIRST = 50;

export function readDocument(text: Written, fields: QueryField[]): BuiltQuery | null {
  const list = readPlainList(text);
  const root = list?.connection === "members" ? readFilter(list.where, fields) : null;
  if (!list || !root) return null;
  return { root, columns: list.columns, order: ordersOf(list.orderBy), first: Number(list.first ?? DEFAULT_FIRST) };
}

function ordersOf(given: unknown): Order[] {
  const orders = (Array.isArray(given) ? given : given ? [given] : []) as Partial<Order>[];
  return orders.map(({ field, direction }) => ({ field: String(field), direction: direction ?? "ASC" }));
}
