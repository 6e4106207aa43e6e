import { pick, useGraphiQL } from "@graphiql/react";
import { parse } from "graphql";
import { useMemo } from "react";

import { type Json, type List, listsOf } from "./lists";
import { type Titles, titlesOf } from "./titles";

export interface Answer {
  data: Json;
  lists: List[];
  titles: Titles;
}

/** What the tab's last answer holds; null when there is none, or it is no data. */
export function useAnswer(): Answer | null {
  const { tabs, activeTabIndex, schema } = useGraphiQL(pick("tabs", "activeTabIndex", "schema"));
  const { response, query, operationName } = tabs[activeTabIndex] ?? {};

  // The query of the answer is the one that stood there when it came.
  return useMemo(() => {
    const data = readData(response);
    if (data === null) return null;
    return { data, lists: listsOf(data), titles: schema ? readTitles(schema, query, operationName) : new Map() };
  }, [response, schema]);
}

function readData(response: string | null | undefined): Json {
  try {
    return JSON.parse(response ?? "").data ?? null;
  } catch {
    return null;
  }
}

function readTitles(
  schema: Parameters<typeof titlesOf>[0],
  query: string | null | undefined,
  operationName: string | null | undefined,
): Titles {
  try {
    return titlesOf(schema, parse(query ?? ""), operationName ?? undefined);
  } catch {
    return new Map();
  }
}
