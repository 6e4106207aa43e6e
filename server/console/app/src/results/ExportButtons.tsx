import { useGraphiQL } from "@graphiql/react";
import { useState } from "react";

import type { PlainList } from "../builder/plainList";
import { isWord, type Say, useSay } from "../words";
import { columnsOfFile, exportAll, type Format, NoFile } from "./exporting";

const FORMATS: Format[] = ["CSV", "XLSX"];

interface ExportButtonsProps {
  /** What the answer was asked by. */
  asked: PlainList;
  /** What people call a column. */
  titleOf: (path: string) => string;
}

/** Every row that the query finds, not this page of it: the server writes the file. */
export function ExportButtons({ asked, titleOf }: ExportButtonsProps) {
  const say = useSay();
  const schema = useGraphiQL((state) => state.schema);
  const { columns, leftOut } = columnsOfFile(schema, asked);
  const { percent, said, failure, begin } = useExporting(asked, columns);
  if (columns.length === 0) return null;
  return (
    <>
      {FORMATS.map((format) => (
        // It keeps the focus meanwhile, which `disabled` would take from it.
        <button key={format} type="button" aria-disabled={percent !== null} onClick={() => begin(format)}>
          {say("exportAll", { format })}
        </button>
      ))}
      {percent !== null && <progress aria-label={say("exporting")} max={100} value={percent} />}
      <span className="results-said" role="status">
        {said}
        {said && leftOut.length > 0 && ` ${say("notExported", { what: leftOut.map(titleOf).join(say("listed")) })}`}
      </span>
      {failure && (
        <span className="results-failure" role="alert">
          {failure}
        </span>
      )}
    </>
  );
}

function useExporting(asked: PlainList, columns: string[]) {
  const say = useSay();
  const [percent, setPercent] = useState<number | null>(null);
  const [said, setSaid] = useState("");
  const [failure, setFailure] = useState("");
  const begin = (format: Format) => {
    if (percent !== null) return;
    setPercent(0);
    setSaid(say("exporting"));
    setFailure("");
    exportAll(asked, columns, format, setPercent)
      .then((rows) => setSaid(say("exported", { n: rows })))
      .catch((reason: unknown) => {
        setSaid("");
        setFailure(say("exportFailed", { reason: described(say, reason) }));
      })
      .finally(() => setPercent(null));
  };
  return { percent, said, failure, begin };
}

function described(say: Say, reason: unknown): string {
  const text = reason instanceof Error ? reason.message : String(reason);
  return reason instanceof NoFile && isWord(text) ? say(text) : text;
}
