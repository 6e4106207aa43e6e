import { type Group, isGroup, type Item, type Row } from "./conditions";
import { keyOf, type QueryField } from "./fields";
import { shapeOf, valueOf } from "./operands";

/** 查询条件: a tree of conditions as the `MemberFilter` that the server is asked with. */

export type Filter = { [key: string]: unknown };

/** Two conditions on breaches may hold of two breaches, and two negations are not one. */
const NEVER_MERGED = new Set(["breaches", "not"]);

/** Kinds whose value stands at the path itself, without a method. */
export const BARE_KINDS = new Set(["LIST", "ORGANIZATION"]);

/** Empty when nothing is asked: rows without a value are no conditions. */
export function filterOf(item: Item, fields: QueryField[]): Filter {
  if (!isGroup(item)) return filterOfRow(item, fields);
  const filter = joined(item, fields);
  return item.isNegated && !isEmpty(filter) ? { not: filter } : filter;
}

function joined(group: Group, fields: QueryField[]): Filter {
  const parts = group.items.map((item) => filterOf(item, fields)).filter((part) => !isEmpty(part));
  return group.join === "or" && parts.length > 1 ? { or: parts } : allOf(parts);
}

function filterOfRow(row: Row, fields: QueryField[]): Filter {
  const field = fields.find((one) => keyOf(one) === row.field);
  const shape = field && shapeOf(field.kind, row.method);
  const value = shape && valueOf(shape, row.operand);
  if (value === undefined || value === null) return {};
  const steps = BARE_KINDS.has(field!.kind) ? field!.path : [...field!.path, row.method.toLowerCase()];
  return steps.reduceRight<unknown>((inner, step) => ({ [step]: inner }), value) as Filter;
}

/** As few braces as possible: one object where the parts do not get into each other's way. */
function allOf(parts: Filter[]): Filter {
  let whole: Filter = {};
  const apart: Filter[] = [];
  for (const part of parts) {
    const both = merged(whole, part);
    if (both) whole = both;
    else apart.push(part);
  }
  return apart.length > 0 ? { ...whole, and: [...((whole.and as Filter[] | undefined) ?? []), ...apart] } : whole;
}

/** Null when they say two things of the same. */
function merged(one: Filter, other: Filter): Filter | null {
  const both = { ...one };
  for (const [key, value] of Object.entries(other)) {
    const inner = key in both ? mergedValues(key, both[key], value) : value;
    if (inner === null) return null;
    both[key] = inner;
  }
  return both;
}

function mergedValues(key: string, one: unknown, other: unknown): Filter | null {
  return NEVER_MERGED.has(key) || !isPlain(one) || !isPlain(other) ? null : merged(one, other);
}

export function isPlain(value: unknown): value is Filter {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isEmpty(filter: Filter): boolean {
  return Object.keys(filter).length === 0;
}
