import type { Group } from "./conditions";
import type { QueryField } from "./fields";
import { type Filter, filterOf } from "./filter";
import type { Connection } from "./plainList";

/** 查询: what the builder holds, as GraphQL and its variables. */

export interface Order {
  field: string;
  direction: "ASC" | "DESC";
}

export interface BuiltQuery {
  connection: Connection;
  root: Group;
  /** Paths of what a row shows, in their order: `name`, `branch.name`. */
  columns: string[];
  /** Empty for members who have left: they come in one order. */
  order: Order[];
  first: number;
}

export interface Written {
  query: string;
  variables: string;
}

export const PAGE_SIZES = [50, 200, 1000, 10_000];

export function written(built: BuiltQuery, fields: QueryField[]): Written {
  return writtenWith(filterOf(built.root, fields), built);
}

/** With conditions as the server has them, be they such as the builder can show or not. */
export function writtenWith(where: Filter, asked: Omit<BuiltQuery, "root">): Written {
  const { connection, columns, order, first } = asked;
  const variables = {
    ...(Object.keys(where).length > 0 && { where }),
    ...(order.length > 0 && { orderBy: order }),
    first,
  };
  return { query: document(connection, columns), variables: JSON.stringify(variables, null, 2) };
}

const VARIABLES: Record<Connection, Record<string, string>> = {
  members: { where: "MemberFilter", orderBy: "[MemberOrder!]", first: "Int", after: "String" },
  historyMembers: { where: "HistoryMemberFilter", first: "Int", after: "String" },
};
const NAMES: Record<Connection, string> = { members: "MemberQuery", historyMembers: "HistoryMemberQuery" };

function document(connection: Connection, columns: string[]): string {
  const variables = Object.entries(VARIABLES[connection]);
  return `# 查询构造器 · Query builder
query ${NAMES[connection]}(
${variables.map(([name, type]) => `  $${name}: ${type}`).join("\n")}
) {
  ${connection}(
${variables.map(([name]) => `    ${name}: $${name}`).join("\n")}
  ) {
    totalCount
    pageInfo {
      hasNextPage
      endCursor
    }
    nodes {
${selection(columns.length > 0 ? columns : ["id"], "      ")}
    }
  }
}
`;
}

/** Fields of one record stand together, where the first of them stands. */
function selection(columns: string[], indent: string): string {
  const heads = [...new Set(columns.map((path) => path.split(".")[0]!))];
  return heads.map((head) => selected(head, columns, indent)).join("\n");
}

function selected(head: string, columns: string[], indent: string): string {
  const inner = columns.filter((path) => path.startsWith(`${head}.`)).map((path) => path.slice(head.length + 1));
  if (inner.length === 0) return indent + head;
  return `${indent}${head} {\n${selection(inner, `${indent}  `)}\n${indent}}`;
}
