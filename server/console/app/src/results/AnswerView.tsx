import { useMemo, useState } from "react";

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

/** One list of the answer, which is the first until another is chosen. */
export function AnswerView({ answer, view }: { answer: Answer; view: "table" | "chart" }) {
  const say = useSay();
  const [path, setPath] = useState<string | null>(null);
  const [showsCodes, setShowsCodes] = useState(false);
  const [sorting, setSorting] = useState<Sorting | null>(null);
  const list = answer.lists.find((one) => one.path === path) ?? answer.lists[0];
  const table = useReadableTable(list, answer.titles, showsCodes, sorting);
  if (!list || !table || table.rows.length === 0) return <p>{say("noRows")}</p>;
  return (
    <>
      <Toolbar
        answer={answer}
        list={list}
        table={table}
        onList={setPath}
        showsCodes={showsCodes}
        onShowsCodes={setShowsCodes}
      />
      {view === "table" ? (
        <TableView key={list.path} table={table} sorting={sorting} onSorting={setSorting} />
      ) : (
        <ChartView key={list.path} table={table} />
      )}
    </>
  );
}

function useReadableTable(
  list: List | undefined,
  titles: Titles,
  showsCodes: boolean,
  sorting: Sorting | null,
): ReadableTable | null {
  const language = useChosenLanguage();
  const table = useMemo(() => (list ? tableOf(list) : null), [list]);
  return useMemo(() => {
    if (!list || !table) return null;
    const { columns } = table;
    const titlesOfCells = columns.map((column) => titles.get(below(list.prefix, column)));
    const spoken = (column: number, cell: Cell) => (showsCodes ? cell : spokenCell(titlesOfCells[column], cell, language));
    const at = sorting ? columns.indexOf(sorting.column) : -1;
    const rows = at < 0 ? table.rows : sorted(table.rows, at, sorting!.direction);
    return { columns, rows, spoken, titles: columns.map((column) => columnTitle(titles, list.prefix, column, language)) };
  }, [list, table, titles, showsCodes, sorting, language]);
}
