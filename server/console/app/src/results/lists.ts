/** 列表: the lists in an answer that can be looked at as tables. */

export type Cell = string | number | boolean | null;
export type Json = Cell | Json[] | { [key: string]: Json };
type JsonObject = { [key: string]: Json };

export interface List {
  /** Where it stands in the answer: `members.nodes`. */
  path: string;
  /** Where its records stand in the query; an edge shows the node that it leads to. */
  prefix: string;
  records: JsonObject[];
}

/** In the order of the answer; when there is none, the answer itself is a list of one. */
export function listsOf(data: Json): List[] {
  if (!isObject(data)) return [];
  const lists = listsBelow(data, "");
  return lists.length > 0 ? lists : listOfOne(data);
}

function listsBelow(value: Json, path: string): List[] {
  if (Array.isArray(value)) return listAt(value, path);
  return isObject(value) ? Object.entries(value).flatMap(([key, inner]) => listsBelow(inner, below(path, key))) : [];
}

function listAt(entries: Json[], path: string): List[] {
  const records = entries.filter(isObject);
  if (records.length < entries.length) return [];
  const areEdges = records.length > 0 && records.every(({ node }) => node !== undefined && isObject(node));
  if (areEdges) return [{ path, prefix: `${path}.node`, records: records.map(({ node }) => node as JsonObject) }];
  return [{ path, prefix: path, records }];
}

function listOfOne(data: JsonObject): List[] {
  const [key, only] = Object.entries(data)[0] ?? [];
  const isAlone = Object.keys(data).length === 1 && only !== undefined && isObject(only);
  return isAlone ? [{ path: key!, prefix: key!, records: [only] }] : [{ path: "", prefix: "", records: [data] }];
}

export function below(path: string, key: string): string {
  return path === "" ? key : `${path}.${key}`;
}

export function isObject(value: Json): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
