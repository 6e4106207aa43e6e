import { useState } from "react";

import { useSay } from "../words";
import type { ReadableTable } from "./AnswerView";
import type { Cell } from "./lists";
import type { Sorting } from "./Toolbar";

/** More rows at once make a page slow. */
const MOST_SHOWN = 200;

interface TableViewProps {
  table: ReadableTable;
  sorting: Sorting | null;
  onSorting: (sorting: Sorting) => void;
}

export function TableView({ table, sorting, onSorting }: TableViewProps) {
  const say = useSay();
  const [start, setStart] = useState(0);
  const first = start < table.rows.length ? start : 0;
  const shown = table.rows.slice(first, first + MOST_SHOWN);
  return (
    <>
      <div className="results-scroll" role="region" aria-label={say("table")} tabIndex={0}>
        <table>
          <thead>
            <tr>
              {table.columns.map((column, index) => (
                <Heading
                  key={column}
                  column={column}
                  title={table.titles[index]!}
                  sorting={sorting}
                  onSorting={onSorting}
                />
              ))}
            </tr>
          </thead>
          <tbody>
            {shown.map((row, index) => (
              <tr key={first + index}>
                {row.map((cell, column) => (
                  <TableCell key={column} cell={table.spoken(column, cell)} />
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {table.rows.length > MOST_SHOWN && <Window first={first} count={table.rows.length} onFirst={setStart} />}
    </>
  );
}

interface HeadingProps {
  column: string;
  title: string;
  sorting: Sorting | null;
  onSorting: (sorting: Sorting) => void;
}

const ARROWS = { ascending: " ▲", descending: " ▼" };

function Heading({ column, title, sorting, onSorting }: HeadingProps) {
  const say = useSay();
  const direction = sorting?.column === column ? sorting.direction : null;
  return (
    <th scope="col" aria-sort={direction ?? undefined} title={column}>
      <button
        type="button"
        aria-label={say("sortBy", { what: title })}
        onClick={() => onSorting({ column, direction: direction === "ascending" ? "descending" : "ascending" })}
      >
        {title}
        <span aria-hidden="true">{direction && ARROWS[direction]}</span>
      </button>
    </th>
  );
}

function TableCell({ cell }: { cell: Cell }) {
  return (
    <td className={typeof cell === "number" ? "results-number" : undefined}>{cell === null ? "" : String(cell)}</td>
  );
}

interface WindowProps {
  first: number;
  count: number;
  onFirst: (first: number) => void;
}

function Window({ first, count, onFirst }: WindowProps) {
  const say = useSay();
  const last = Math.min(first + MOST_SHOWN, count);
  return (
    <div className="results-toolbar">
      <button type="button" disabled={first === 0} onClick={() => onFirst(Math.max(first - MOST_SHOWN, 0))}>
        {say("earlierRows", { n: MOST_SHOWN })}
      </button>
      <span role="status">{say("shownRows", { from: first + 1, to: last })}</span>
      <button type="button" disabled={last === count} onClick={() => onFirst(last)}>
        {say("laterRows", { n: MOST_SHOWN })}
      </button>
    </div>
  );
}
