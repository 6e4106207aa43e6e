import type { BuiltQuery, Order, Written } from "./document";
import type { FieldsOf } from "./fields";
import { readPlainList } from "./plainList";
import { readFilter } from "./readFilter";

/** 读回: what an editor's text says, when it is a plain list of people; null when the builder cannot show it. */

const DEFAULT_FIRST = 50;

export function readDocument(text: Written, fieldsOf: FieldsOf): BuiltQuery | null {
  const list = readPlainList(text);
  const root = list && readFilter(list.where, fieldsOf[list.connection]);
  if (!root) return null;
  const { connection, columns, orderBy, first } = list;
  return { connection, root, columns, order: ordersOf(orderBy), first: Number(first ?? DEFAULT_FIRST) };
}

function ordersOf(given: unknown): Order[] {
  const orders = (Array.isArray(given) ? given : given ? [given] : []) as Partial<Order>[];
  return orders.map(({ field, direction }) => ({ field: String(field), direction: direction ?? "ASC" }));
}
