import {
  type FieldNode,
  Kind,
  type OperationDefinitionNode,
  parse,
  type SelectionSetNode,
  valueFromASTUntyped,
} from "graphql";

import type { BuiltQuery, Order, Written } from "./document";
import type { QueryField } from "./fields";
import { readFilter } from "./readFilter";

/** 读回: what an editor's text says, when it is a plain list of members; null when the builder cannot show it. */

const DEFAULT_FIRST = 50;
const READ_ARGUMENTS = new Set(["where", "orderBy", "first", "after"]);
const READ_FIELDS = new Set(["totalCount", "pageInfo", "nodes"]);

export function readDocument({ query, variables }: Written, fields: QueryField[]): BuiltQuery | null {
  const members = onlyMembers(query);
  const values = readVariables(variables);
  if (!members || !values) return null;
  const given = argumentsOf(members, values);
  const columns = columnsOf(members);
  const root = given && readFilter(given.where, fields);
  return (
    root && columns && { root, columns, order: ordersOf(given.orderBy), first: Number(given.first ?? DEFAULT_FIRST) }
  );
}

function onlyMembers(query: string): FieldNode | null {
  const operation = onlyOperation(query);
  const fields = operation && plainFields(operation.selectionSet);
  const [only] = fields ?? [];
  return fields?.length === 1 && only!.name.value === "members" ? only! : null;
}

function onlyOperation(query: string): OperationDefinitionNode | null {
  try {
    const [only, ...others] = parse(query).definitions;
    if (others.length > 0 || only?.kind !== Kind.OPERATION_DEFINITION || only.operation !== "query") return null;
    return only.variableDefinitions?.some(({ defaultValue }) => defaultValue) ? null : only;
  } catch {
    return null; // not finished yet
  }
}

function readVariables(text: string): Record<string, unknown> | null {
  try {
    return text.trim() === "" ? {} : JSON.parse(text);
  } catch {
    return null;
  }
}

function argumentsOf({ arguments: given = [] }: FieldNode, variables: Record<string, unknown>) {
  if (given.some(({ name }) => !READ_ARGUMENTS.has(name.value))) return null;
  const values = given.map(({ name, value }) => [name.value, valueFromASTUntyped(value, variables)]);
  return Object.fromEntries(values) as Record<string, unknown>;
}

function columnsOf(members: FieldNode): string[] | null {
  const fields = plainFields(members.selectionSet);
  if (!fields?.every(({ name }) => READ_FIELDS.has(name.value))) return null;
  const nodes = fields.find(({ name }) => name.value === "nodes");
  return nodes ? pathsOf(nodes.selectionSet) : null;
}

function pathsOf(selections: SelectionSetNode | undefined): string[] | null {
  const fields = plainFields(selections);
  if (!fields || fields.some(({ arguments: given }) => given?.length)) return null;
  const paths = fields.map((field) => (field.selectionSet ? pathsBelow(field) : [field.name.value]));
  return paths.includes(null) ? null : (paths as string[][]).flat();
}

function pathsBelow(field: FieldNode): string[] | null {
  return pathsOf(field.selectionSet)?.map((path) => `${field.name.value}.${path}`) ?? null;
}

/** Null where there are fragments, aliases or directives. */
function plainFields(selections: SelectionSetNode | undefined): FieldNode[] | null {
  const nodes = selections?.selections ?? [];
  const isPlain = nodes.every((node) => node.kind === Kind.FIELD && !node.alias && !node.directives?.length);
  return isPlain ? (nodes as FieldNode[]) : null;
}

function ordersOf(given: unknown): Order[] {
  const orders = (Array.isArray(given) ? given : given ? [given] : []) as Partial<Order>[];
  return orders.map(({ field, direction }) => ({ field: String(field), direction: direction ?? "ASC" }));
}
