import { useState } from "react";

import { useChosenLanguage } from "../language";
import { useSay } from "../words";
import type { ReadableTable } from "./AnswerView";
import { type Bar, barsOf, bestLabel, bestNumber, labelColumns, MOST_BARS, numberColumns } from "./bars";
import { BarChart } from "./BarChart";

export function ChartView({ table }: { table: ReadableTable }) {
  const say = useSay();
  const language = useChosenLanguage();
  const [chosenLabel, setLabel] = useState<string | null>(null);
  const [chosenNumber, setNumber] = useState<string | null>(null);
  const [labels, numbers] = [labelColumns(table), numberColumns(table)];
  const label = chosenLabel ?? bestLabel(labels, language);
  const number = chosenNumber ?? bestNumber(numbers);
  if (label === null || number === null) return <p>{say("noChart")}</p>;

  const titleOf = (column: string) => table.titles[table.columns.indexOf(column)]!;
  const labelAt = table.columns.indexOf(label);
  const bars = barsOf(table, label, number, (cell) => table.spoken(labelAt, cell));
  const title = say("chartOf", { number: titleOf(number), label: titleOf(label) });
  return (
    <div className="results-scroll" role="region" aria-label={say("chart")} tabIndex={0}>
      <div className="results-toolbar">
        <ColumnChoice word="labelColumn" columns={labels} chosen={label} titleOf={titleOf} onChosen={setLabel} />
        <ColumnChoice word="numberColumn" columns={numbers} chosen={number} titleOf={titleOf} onChosen={setNumber} />
        {table.rows.length > MOST_BARS && <span>{say("firstBars", { n: MOST_BARS })}</span>}
      </div>
      <figure className="results-figure">
        <figcaption>{title}</figcaption>
        <BarChart title={title} bars={bars} />
        <NumbersAsTable title={title} heads={[titleOf(label), titleOf(number)]} bars={bars} />
      </figure>
    </div>
  );
}

interface ColumnChoiceProps {
  word: "labelColumn" | "numberColumn";
  columns: string[];
  chosen: string;
  titleOf: (column: string) => string;
  onChosen: (column: string) => void;
}

function ColumnChoice({ word, columns, chosen, titleOf, onChosen }: ColumnChoiceProps) {
  const say = useSay();
  return (
    <label>
      {say(word)}{" "}
      <select value={chosen} onChange={(event) => onChosen(event.target.value)}>
        {columns.map((column) => (
          <option key={column} value={column}>
            {titleOf(column)}
          </option>
        ))}
      </select>
    </label>
  );
}

/** The same for whoever does not see the picture, or wants the numbers. */
function NumbersAsTable({ title, heads, bars }: { title: string; heads: string[]; bars: Bar[] }) {
  const say = useSay();
  return (
    <details>
      <summary>{say("asNumbers")}</summary>
      <table>
        <caption>{title}</caption>
        <thead>
          <tr>
            {heads.map((head) => (
              <th key={head} scope="col">
                {head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {bars.map(({ label, value }, index) => (
            <tr key={index}>
              <th scope="row">{label}</th>
              <td className="results-number">{value}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </details>
  );
}
