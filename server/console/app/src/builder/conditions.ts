import { type QueryField, keyOf, type Method } from "./fields";
import { emptyOperand, type Operand, shapeOf } from "./operands";

/** 条件: the rows and groups of the builder as plain data. Every change gives a new tree. */

export interface Row {
  id: number;
  field: string;
  method: Method;
  operand: Operand;
}

export type Join = "and" | "or";

export interface Group {
  id: number;
  join: Join;
  isNegated: boolean;
  items: Item[];
}

export type Item = Row | Group;

let latestId = 0;

export function newGroup(join: Join, items: Item[], isNegated = false): Group {
  return { id: ++latestId, join, isNegated, items };
}

export function newRow(field: string, method: Method, operand: Operand): Row {
  return { id: ++latestId, field, method, operand };
}

/** A row with the field's first method and nothing to compare with yet. */
export function emptyRow(field: QueryField): Row {
  const method = usableMethods(field)[0]!;
  return newRow(keyOf(field), method, emptyOperand(shapeOf(field.kind, method)!));
}

export function usableMethods(field: QueryField): Method[] {
  return field.methods.filter((method) => shapeOf(field.kind, method) !== null);
}

export function isGroup(item: Item): item is Group {
  return "items" in item;
}

/** What was typed stays where the other method takes the same. */
export function withMethod(row: Row, field: QueryField, method: Method): Row {
  const shape = shapeOf(field.kind, method)!;
  const isSame = shape === shapeOf(field.kind, row.method);
  return { ...row, method, operand: isSame ? row.operand : emptyOperand(shape) };
}

/** The row asks by another field, and stands where it stood. */
export function withField(row: Row, field: QueryField): Row {
  return { ...emptyRow(field), id: row.id };
}

export function replaced(root: Group, item: Item): Group {
  return edited(root, (other) => (other.id === item.id ? item : other));
}

export function removed(root: Group, id: number): Group {
  return edited(root, (item) => (item.id === id ? null : item));
}

export function added(root: Group, groupId: number, item: Item): Group {
  return edited(root, (other) =>
    other.id === groupId && isGroup(other) ? { ...other, items: [...other.items, item] } : other,
  );
}

function edited(root: Group, edit: (item: Item) => Item | null): Group {
  const visited = (item: Item): Item[] => {
    const next = edit(item);
    if (next === null) return [];
    return [isGroup(next) ? { ...next, items: next.items.flatMap(visited) } : next];
  };
  return (visited(root)[0] as Group | undefined) ?? root;
}
