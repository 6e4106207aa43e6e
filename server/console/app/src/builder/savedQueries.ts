import { ask } from "../fetcher";
import { pathOf } from "./columns";
import { type BuiltQuery, type Order, type Written, writtenWith } from "./document";
import type { QueryField } from "./fields";
import { type Filter, filterOf } from "./filter";
import type { Connection } from "./plainList";

/** 常用查询: queries of people under names, as the server keeps them. */

type Subject = "MEMBERS" | "HISTORY_MEMBERS";

export interface SavedQuery {
  id: string;
  name: string;
  subject: Subject;
  isShared: boolean;
  isOwn: boolean;
  where: Filter | null;
  orderBy: Order[] | null;
  columns: string[] | null;
  problems: { message: string }[];
  version: number;
}

/** By whom it asks of, as `MemberQueryInput` or `HistoryMemberQueryInput` has it. */
export type Question = { [connection in Connection]?: { where?: Filter; orderBy?: Order[]; columns: string[] } };

const CONNECTION_OF: Record<Subject, Connection> = { MEMBERS: "members", HISTORY_MEMBERS: "historyMembers" };

/** One person may have 200, and sees those that others share. */
const MOST = 1000;
const FIRST = 50;
const SAVED = "id name subject isShared isOwn where orderBy columns problems { message } version";
const LIST = `query ConsoleSavedQueries($first: Int) { savedQueries(first: $first) { nodes { ${SAVED} } } }`;
const SAVE = `mutation ConsoleSaves($input: SaveQueryInput!) {
  outcome: saveQuery(input: $input) { savedQuery { id } errors { message } }
}`;
const CHANGE = `mutation ConsoleChanges($input: ChangeSavedQueryInput!) {
  outcome: changeSavedQuery(input: $input) { savedQuery { id } errors { message } }
}`;
const REMOVE = `mutation ConsoleRemoves($input: RemoveSavedQueryInput!) {
  outcome: removeSavedQuery(input: $input) { errors { message } }
}`;

interface Outcome {
  outcome: { savedQuery?: { id: string } | null; errors: { message: string }[] };
}

/** By name. */
export async function savedQueries(): Promise<SavedQuery[]> {
  const answer = await ask<{ savedQueries: { nodes: SavedQuery[] } }>(LIST, { first: MOST });
  return answer.savedQueries.nodes;
}

/** The id under which it is found from now on. */
export async function saveAs(name: string, shared: boolean, question: Question): Promise<string> {
  return done(await ask<Outcome>(SAVE, { input: { name, shared, ...question } }));
}

export async function overwrite(
  { id, version }: SavedQuery,
  name: string,
  shared: boolean,
  question: Question,
): Promise<string> {
  return done(await ask<Outcome>(CHANGE, { input: { id, version, name, shared, ...question } }));
}

export async function remove({ id, version }: SavedQuery): Promise<void> {
  done(await ask<Outcome>(REMOVE, { input: { id, version } }));
}

function done({ outcome: { savedQuery, errors } }: Outcome): string {
  if (errors.length > 0) throw new Error(errors.map(({ message }) => message).join(" "));
  return savedQuery?.id ?? "";
}

/** What is saved of a query; `columns` are those that a saved query may have. */
export function questionOf(built: BuiltQuery, fields: QueryField[], columns: string[]): Question {
  const where = filterOf(built.root, fields);
  const order = built.connection === "members" && { orderBy: built.order };
  return { [built.connection]: { ...(Object.keys(where).length > 0 && { where }), ...order, columns } };
}

/** Whoever may not know a query's conditions is given neither them nor its columns. */
export function isOpenable({ where, orderBy, columns, isOwn, problems }: SavedQuery): boolean {
  const isTold = where !== null || orderBy !== null || columns !== null;
  return isTold || (isOwn && problems.length === 0);
}

/** As the builder would have written it. */
export function textOf({ subject, where, orderBy, columns }: SavedQuery): Written {
  const order = (orderBy ?? []).map(({ field, direction }) => ({ field, direction: direction ?? "ASC" }));
  const connection = CONNECTION_OF[subject];
  return writtenWith(where ?? {}, { connection, columns: (columns ?? []).map(pathOf), order, first: FIRST });
}
