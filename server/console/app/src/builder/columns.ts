import { type GraphQLSchema, isEnumType } from "graphql";

import type { Connection } from "./plainList";

/** 列: paths of what a row shows, and the values of `MemberColumn` and `HistoryMemberColumn` that are the same. */

const ENUMS: Record<Connection, string> = { members: "MemberColumn", historyMembers: "HistoryMemberColumn" };
/** Of the branch its name is a column. */
const BRANCH = { path: "branch.name", column: "BRANCH" };

export interface ChosenColumns {
  columns: string[];
  /** Paths that are no column of a file or of a saved query. */
  leftOut: string[];
}

export function offeredColumns(schema: GraphQLSchema | null | undefined, connection: Connection): string[] {
  const type = schema?.getType(ENUMS[connection]);
  return isEnumType(type) ? type.getValues().map(({ name }) => name) : [];
}

export function chosenColumns(paths: string[], offered: string[]): ChosenColumns {
  const isOffered = (path: string) => offered.includes(columnOf(path));
  return {
    columns: paths.filter(isOffered).map(columnOf),
    leftOut: paths.filter((path) => !isOffered(path)),
  };
}

function columnOf(path: string): string {
  return path === BRANCH.path ? BRANCH.column : path.includes(".") ? "" : enumName(path);
}

/** `IDENTITY_NUMBER` → `identityNumber`. */
export function pathOf(column: string): string {
  if (column === BRANCH.column) return BRANCH.path;
  return column.toLowerCase().replace(/_(.)/g, (_, letter: string) => letter.toUpperCase());
}

/** `identityNumber` → `IDENTITY_NUMBER`. */
export function enumName(field: string): string {
  return field.replace(/[A-Z]/g, (capital) => `_${capital}`).toUpperCase();
}
