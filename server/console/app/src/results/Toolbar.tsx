import { useState } from "react";

import { type Say, useSay } from "../words";
import type { Looks, ReadableTable } from "./AnswerView";
import { copyLines, downloadLines } from "./carrying";
import type { Lines } from "./delimited";
import type { List } from "./lists";
import { PageButtons } from "./PageButtons";
import { pageOf } from "./paging";
import type { Direction } from "./table";
import type { Answer } from "./useAnswer";

export interface Sorting {
  column: string;
  direction: Direction;
}

interface ToolbarProps {
  answer: Answer;
  list: List;
  table: ReadableTable;
  looks: Looks;
  onLooks: (looks: Looks) => void;
}

export function Toolbar({ answer, list, table, looks, onLooks }: ToolbarProps) {
  const say = useSay();
  const page = pageOf(answer.data, list);
  return (
    <div className="results-toolbar">
      {answer.lists.length > 1 && (
        <ListChoice lists={answer.lists} list={list} onList={(path) => onLooks({ ...looks, path })} />
      )}
      <span role="status">{counted(say, table.rows.length, page.totalCount)}</span>
      <label>
        <input
          type="checkbox"
          checked={looks.showsCodes}
          onChange={(event) => onLooks({ ...looks, showsCodes: event.target.checked })}
        />{" "}
        {say("showCodes")}
      </label>
      <CarryButtons table={table} />
      <PageButtons next={page.next} />
    </div>
  );
}

function counted(say: Say, rows: number, all: number | null): string {
  return all === null ? say("rows", { n: rows }) : say("ofAll", { n: rows, all });
}

function ListChoice({ lists, list, onList }: { lists: List[]; list: List; onList: (path: string) => void }) {
  const say = useSay();
  return (
    <label>
      {say("list")}{" "}
      <select value={list.path} onChange={(event) => onList(event.target.value)}>
        {lists.map(({ path, records }) => (
          <option key={path} value={path}>
            {path} ({records.length})
          </option>
        ))}
      </select>
    </label>
  );
}

/** What is copied or saved is what is seen: the same order, and codes or names. */
function CarryButtons({ table }: { table: ReadableTable }) {
  const say = useSay();
  const [said, setSaid] = useState("");
  const lines = (): Lines => [
    table.titles,
    ...table.rows.map((row) => row.map((cell, column) => table.spoken(column, cell))),
  ];
  const copy = () => setSaid(copyLines(lines()) ? say("copied", { n: table.rows.length }) : say("notCopied"));
  return (
    <>
      <button type="button" onClick={copy}>
        {say("copy")}
      </button>
      <button type="button" onClick={() => downloadLines(lines())}>
        {say("download")}
      </button>
      <span className="results-said" role="status">
        {said}
      </span>
    </>
  );
}
