import { useMemo } from "react";

import { useChosenLanguage } from "../language";
import { useSay } from "../words";
import { ChartView } from "./ChartView";
import { below, type Cell, type List } from "./lists";
import { sorted, type Table, tableOf } from "./table";
import { TableView } from "./TableView";
import { columnTitle, spokenCell, type Titles } from "./titles";
import { type Sorting, Toolbar } from "./Toolbar";
import type { Answer } from "./useAnswer";

/** A table with what people read: titles of its columns, and how each cell is said. */
export interface ReadableTable extends Table {
  titles: string[];
  spoken: (column: number, cell: Cell) => Cell;
}

/** How the reader has set the view. It outlives the answer, so that the next page looks like this one. */
export interface Looks {
  /** Of the list; null for the first. */
  path: string | null;
  showsCodes: boolean;
  sorting: Sorting | null;
}

interface AnswerViewProps {
  answer: Answer;
  view: "table" | "chart";
  looks: Looks;
  onLooks: (looks: Looks) => void;
}

export function AnswerView({ answer, view, looks, onLooks }: AnswerViewProps) {
  const say = useSay();
  const list = answer.lists.find(({ path }) => path === looks.path) ?? answer.lists[0];
  const table = useReadableTable(list, answer.titles, looks);
  const hasRows = list && table && table.rows.length > 0;
  return (
    <>
      <Errors messages={answer.errors} />
      {hasRows && <Toolbar answer={answer} list={list} table={table} looks={looks} onLooks={onLooks} />}
      {hasRows && view === "table" && (
        <TableView
          key={list.path}
          table={table}
          sorting={looks.sorting}
          onSorting={(sorting) => onLooks({ ...looks, sorting })}
        />
      )}
      {hasRows && view === "chart" && <ChartView key={list.path} table={table} />}
      {!hasRows && answer.errors.length === 0 && <p>{say("noRows")}</p>}
    </>
  );
}

function Errors({ messages }: { messages: string[] }) {
  if (messages.length === 0) return null;
  return (
    <ul className="results-errors" role="alert">
      {messages.map((message, index) => (
        <li key={index}>{message}</li>
      ))}
    </ul>
  );
}

function useReadableTable(
  list: List | undefined,
  titles: Titles,
  { showsCodes, sorting }: Looks,
): ReadableTable | null {
  const language = useChosenLanguage();
  const table = useMemo(() => (list ? tableOf(list) : null), [list]);
  return useMemo(() => {
    if (!list || !table) return null;
    const { columns } = table;
    const titlesOfCells = columns.map((column) => titles.get(below(list.prefix, column)));
    const spoken = (column: number, cell: Cell) =>
      showsCodes ? cell : spokenCell(titlesOfCells[column], cell, language);
    const at = sorting ? columns.indexOf(sorting.column) : -1;
    const rows = at < 0 ? table.rows : sorted(table.rows, at, sorting!.direction);
    return {
      columns,
      rows,
      spoken,
      titles: columns.map((column) => columnTitle(titles, list.prefix, column, language)),
    };
  }, [list, table, titles, showsCodes, sorting, language]);
}
