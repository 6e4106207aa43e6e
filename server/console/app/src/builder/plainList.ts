import {
  type FieldNode,
  Kind,
  type OperationDefinitionNode,
  parse,
  type SelectionSetNode,
  valueFromASTUntyped,
} from "graphql";

import type { Written } from "./document";

/** 普通列表: what an editor's text asks, when it asks for one list of people and nothing besides. */

export const CONNECTIONS = ["members", "historyMembers"] as const;
const READ_ARGUMENTS = new Set(["where", "orderBy", "first", "after"]);
const READ_FIELDS = new Set(["totalCount", "pageInfo", "nodes"]);

/** Of whom is asked. */
export type Connection = (typeof CONNECTIONS)[number];

export interface PlainList {
  connection: Connection;
  /** As variables of their types have them; undefined where the text says nothing. */
  where: unknown;
  orderBy: unknown;
  first: unknown;
  /** Paths of what a row shows, in their order: `name`, `branch.name`. */
  columns: string[];
}

/** Null when it is anything else, or is not finished yet. */
export function readPlainList({ query, variables }: Written): PlainList | null {
  const field = onlyConnection(query);
  const values = readVariables(variables);
  if (!field || !values) return null;
  const given = argumentsOf(field, values);
  const columns = columnsOf(field);
  const { where, orderBy, first } = given ?? {};
  return given && columns && { connection: field.name.value as Connection, where, orderBy, first, columns };
}

function onlyConnection(query: string): FieldNode | null {
  const operation = onlyOperation(query);
  const fields = operation && plainFields(operation.selectionSet);
  const [only] = fields ?? [];
  return fields?.length === 1 && isConnection(only!.name.value) ? only! : null;
}

function isConnection(name: string): name is Connection {
  return (CONNECTIONS as readonly string[]).includes(name);
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

function columnsOf(connection: FieldNode): string[] | null {
  const fields = plainFields(connection.selectionSet);
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
