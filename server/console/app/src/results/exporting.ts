import type { GraphQLSchema } from "graphql";

import { chosenColumns, type ChosenColumns, offeredColumns } from "../builder/columns";
import type { PlainList } from "../builder/plainList";
import { ask, download } from "../fetcher";
import { saveFile } from "./carrying";

/** 导出全部: all rows that a query finds as a file, which the server writes. */

export type Format = "CSV" | "XLSX";

interface Export {
  id: string;
  state: "QUEUED" | "RUNNING" | "READY" | "FAILED" | "CANCELLED";
  percent: number;
  rowsTotal: number;
  url: string | null;
  failure: string | null;
}

/** What became of it where there is no file: a code of `ExportFailure`, or the state itself. */
export class NoFile extends Error {}

export class Cancelled extends Error {}

const ASKED_EVERY_MILLISECONDS = 1000;
const EXPORT = "id state percent rowsTotal url failure";
const CANCEL = `mutation ConsoleCancels($input: CancelExportInput!) { outcome: cancelExport(input: $input) { errors { message } } }`;
const READ = `query ConsoleExport($id: ID!) { export(id: $id) { ${EXPORT} } }`;

const MUTATIONS = {
  members: { field: "exportMembers", input: "ExportMembersInput" },
  historyMembers: { field: "exportHistoryMembers", input: "ExportHistoryMembersInput" },
};

export function columnsOfFile(schema: GraphQLSchema | null | undefined, list: PlainList): ChosenColumns {
  return chosenColumns(list.columns, offeredColumns(schema, list.connection));
}

/** The number of rows in the file that was saved. A large one takes a while, of which its id and percents are told. */
export async function exportAll(
  list: PlainList,
  columns: string[],
  format: Format,
  tell: (id: string, percent: number) => void,
): Promise<number> {
  const { rowsTotal, url } = await written(await begun(list, columns, format), tell);
  const response = await download(url!);
  saveFile(await response.blob(), fileName(response.headers.get("Content-Disposition"), format));
  return rowsTotal;
}

async function begun(list: PlainList, columns: string[], format: Format): Promise<Export> {
  const { field, input } = MUTATIONS[list.connection];
  const mutation = `mutation ConsoleExports($input: ${input}!) {
    outcome: ${field}(input: $input) { export { ${EXPORT} } errors { message } }
  }`;
  const { outcome } = await ask<{ outcome: { export: Export; errors: { message: string }[] } }>(mutation, {
    input: inputOf(list, columns, format),
  });
  refuse(outcome.errors);
  return outcome.export;
}

/** The whole of what is asked: a page of it is not what is exported. */
export function inputOf({ where, orderBy }: PlainList, columns: string[], format: Format): object {
  return { format, columns, where, orderBy };
}

/** 取消导出: whoever waits for it is told that it has become CANCELLED, or gets the file that was ready before. */
export async function cancelExport(id: string): Promise<void> {
  const { outcome } = await ask<{ outcome: { errors: { message: string }[] } }>(CANCEL, { input: { id } });
  refuse(outcome.errors);
}

function refuse(errors: { message: string }[]): void {
  if (errors.length > 0) throw new Error(errors.map(({ message }) => message).join(" "));
}

async function written(first: Export, tell: (id: string, percent: number) => void): Promise<Export> {
  let latest = first;
  while (latest.state === "QUEUED" || latest.state === "RUNNING") {
    tell(latest.id, latest.percent);
    await new Promise((resolve) => setTimeout(resolve, ASKED_EVERY_MILLISECONDS));
    latest = (await ask<{ export: Export }>(READ, { id: first.id })).export;
  }
  if (latest.state === "CANCELLED") throw new Cancelled();
  if (latest.state !== "READY") throw new NoFile(latest.failure ?? latest.state);
  return latest;
}

/** The name that the server gives it, by RFC 6266. */
export function fileName(disposition: string | null, format: Format): string {
  const name = /filename\*=UTF-8''([^;]+)/i.exec(disposition ?? "")?.[1];
  return name ? decodeURIComponent(name) : `dengta.${format.toLowerCase()}`;
}
