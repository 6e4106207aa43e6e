import { type DocumentNode, parse } from "graphql";

import { isObject, type Json, type List } from "./lists";

/** 翻页: the next page of a connection, where the query takes it by a variable `$after`. */

export interface Page {
  totalCount: number | null;
  /** Null on the last page, or where the query cannot be asked for another. */
  next: string | null;
}

export function pageOf(data: Json, { path }: List): Page {
  const connection = at(data, path.split(".").slice(0, -1));
  if (connection === undefined || !isObject(connection)) return { totalCount: null, next: null };
  const { pageInfo = null, totalCount = null } = connection;
  const hasNext = isObject(pageInfo) && pageInfo.hasNextPage === true && typeof pageInfo.endCursor === "string";
  return {
    totalCount: typeof totalCount === "number" ? totalCount : null,
    next: hasNext ? (pageInfo.endCursor as string) : null,
  };
}

function at(value: Json, steps: string[]): Json | undefined {
  return steps.reduce<Json | undefined>(
    (inner, step) => (inner !== undefined && isObject(inner) ? inner[step] : undefined),
    value,
  );
}

export function takesAfter(query: string): boolean {
  return (
    parsed(query)?.definitions.some(
      (definition) =>
        "variableDefinitions" in definition &&
        definition.variableDefinitions?.some(({ variable }) => variable.name.value === "after"),
    ) ?? false
  );
}

function parsed(query: string): DocumentNode | null {
  try {
    return parse(query);
  } catch {
    return null;
  }
}

/** The variables of another page; without a cursor, of the first. Null when what stands there is no JSON. */
export function withAfter(variables: string, after: string | null): string | null {
  try {
    const { after: _, ...others } = variables.trim() === "" ? {} : JSON.parse(variables);
    return JSON.stringify(after === null ? others : { ...others, after }, null, 2);
  } catch {
    return null;
  }
}
