import { type Group, type Item, isGroup, newGroup, newRow } from "./conditions";
import { keyOf, type Method, type QueryField } from "./fields";
import { BARE_KINDS, type Filter, isPlain } from "./filter";
import { operandOf, shapeOf } from "./operands";

/** What the builder has no rows for. */
class Unreadable extends Error {}

/** The tree that a filter says; null when it says what the builder cannot show. */
export function readFilter(filter: unknown, fields: QueryField[]): Group | null {
  try {
    return asGroup(itemsOf(filter ?? {}, fields));
  } catch (reason) {
    if (reason instanceof Unreadable) return null;
    throw reason;
  }
}

/** A group alone in a group is that group. */
function asGroup(items: Item[]): Group {
  const [only] = items;
  return items.length === 1 && isGroup(only!) ? only : newGroup("and", items);
}

function itemsOf(filter: unknown, fields: QueryField[]): Item[] {
  if (!isPlain(filter)) throw new Unreadable();
  return given(filter).flatMap(([key, value]) => READERS[key]?.(value, fields) ?? rowsAt([key], value, fields));
}

const READERS: Record<string, (value: unknown, fields: QueryField[]) => Item[]> = {
  and: (value, fields) => listed(value).flatMap((part) => itemsOf(part, fields)),
  or: (value, fields) => {
    const items = listed(value).map((part) => itemOf(itemsOf(part, fields)));
    return items.length > 0 ? [newGroup("or", items)] : [];
  },
  not: (value, fields) => [negated(asGroup(itemsOf(value, fields)))],
};

function itemOf(items: Item[]): Item {
  return items.length === 1 ? items[0]! : newGroup("and", items);
}

function negated(group: Group): Group {
  return group.isNegated ? newGroup("and", [group], true) : { ...group, isNegated: true };
}

function rowsAt(path: string[], value: unknown, fields: QueryField[]): Item[] {
  const field = fields.find((one) => keyOf(one) === path.join("."));
  if (field && BARE_KINDS.has(field.kind)) return [row(field, field.methods[0]!, value)];
  if (!isPlain(value) || path.length > 2) throw new Unreadable();
  if (field) return given(value).map(([method, operand]) => row(field, method.toUpperCase() as Method, operand));
  const parts = given(value);
  if (path[0] === "breaches" && parts.length > 1) throw new Unreadable(); // both of one breach, which no two rows say
  return parts.flatMap(([key, inner]) => rowsAt([...path, key], inner, fields));
}

function row(field: QueryField, method: Method, value: unknown): Item {
  const shape = field.methods.includes(method) ? shapeOf(field.kind, method) : null;
  const operand = shape && operandOf(shape, value);
  if (operand === null) throw new Unreadable();
  return newRow(keyOf(field), method, operand);
}

function listed(value: unknown): unknown[] {
  if (!Array.isArray(value)) throw new Unreadable();
  return value;
}

/** Null is no condition, as to the server. */
function given(filter: Filter): [string, unknown][] {
  return Object.entries(filter).filter(([, value]) => value !== null && value !== undefined);
}
