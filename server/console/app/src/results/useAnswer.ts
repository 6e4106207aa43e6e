import { pick, useGraphiQL } from "@graphiql/react";
import { type GraphQLSchema, parse } from "graphql";
import { useMemo } from "react";

import { type Json, type List, listsOf } from "./lists";
import { type Titles, titlesOf } from "./titles";

export interface Answer {
  data: Json;
  /** What the server says instead of an answer, or beside a part of one. */
  errors: string[];
  lists: List[];
  titles: Titles;
}

/** What the tab's last answer holds; null when there is none yet. */
export function useAnswer(): Answer | null {
  const { tabs, activeTabIndex, schema } = useGraphiQL(pick("tabs", "activeTabIndex", "schema"));
  const { response, query, operationName } = tabs[activeTabIndex] ?? {};

  // The query of the answer is the one that stood there when it came.
  return useMemo(() => {
    const result = readResult(response);
    if (result === null) return null;
    const data = result.data ?? null;
    const errors = (result.errors ?? []).map(({ message }) => String(message));
    return { data, errors, lists: listsOf(data), titles: readTitles(schema, query, operationName) };
  }, [response, schema]);
}

interface Result {
  data?: Json;
  errors?: { message?: string }[];
}

function readResult(response: string | null | undefined): Result | null {
  try {
    return response ? (JSON.parse(response) as Result) : null;
  } catch {
    return null;
  }
}

function readTitles(
  schema: GraphQLSchema | null | undefined,
  query: string | null | undefined,
  operationName: string | null | undefined,
): Titles {
  try {
    return schema ? titlesOf(schema, parse(query ?? ""), operationName ?? undefined) : new Map();
  } catch {
    return new Map();
  }
}
