import type { Group } from "./conditions";
import type { QueryField } from "./fields";
import { filterOf } from "./filter";

/** 查询: what the builder holds, as GraphQL and its variables. */

export interface Order {
  field: string;
  direction: "ASC" | "DESC";
}

export interface BuiltQuery {
  root: Group;
  /** Paths of what a row shows, in their order: `name`, `branch.name`. */
  columns: string[];
  order: Order[];
  first: number;
}

export interface Written {
  query: string;
  variables: string;
}

export const PAGE_SIZES = [50, 200, 1000, 10_000];

export function written(built: BuiltQuery, fields: QueryField[]): Written {
  const where = filterOf(built.root, fields);
  const variables = {
    ...(Object.keys(where).length > 0 && { where }),
    ...(built.order.length > 0 && { orderBy: built.order }),
    first: built.first,
  };
  return { query: document(built.columns), variables: JSON.stringify(variables, null, 2) };
}

function document(columns: string[]): string {
  return `# 查询构造器 · Query builder
query MemberQuery(
  $where: MemberFilter
  $orderBy: [MemberOrder!]
  $first: Int
  $after: String
) {
  members(
    where: $where
    orderBy: $orderBy
    first: $first
    after: $after
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
