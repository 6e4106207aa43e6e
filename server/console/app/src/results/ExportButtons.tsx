import { useGraphiQL } from "@graphiql/react";
import { useState } from "react";

import type { PlainList } from "../builder/plainList";
import { isWord, type Say, useSay } from "../words";
import { cancelExport, Cancelled, columnsOfFile, exportAll, type Format, NoFile } from "./exporting";

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
  const { underWay, said, failure, begin, cancel } = useExporting(asked, columns);
  if (columns.length === 0) return null;
  return (
    <>
      {FORMATS.map((format) => (
        // It keeps the focus meanwhile, which `disabled` would take from it.
        <button key={format} type="button" aria-disabled={underWay !== null} onClick={() => begin(format)}>
          {say("exportAll", { format })}
        </button>
      ))}
      {underWay && <progress aria-label={say("exporting")} max={100} value={underWay.percent} />}
      {underWay?.id && (
        <button type="button" onClick={cancel}>
          {say("cancelExport")}
        </button>
      )}
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

interface UnderWay {
  /** Null until the server has taken it. */
  id: string | null;
  percent: number;
}

function useExporting(asked: PlainList, columns: string[]) {
  const say = useSay();
  const [underWay, setUnderWay] = useState<UnderWay | null>(null);
  const [said, setSaid] = useState("");
  const [failure, setFailure] = useState("");
  const begin = (format: Format) => {
    if (underWay !== null) return;
    setUnderWay({ id: null, percent: 0 });
    setSaid(say("exporting"));
    setFailure("");
    exportAll(asked, columns, format, (id, percent) => setUnderWay({ id, percent }))
      .then((rows) => setSaid(say("exported", { n: rows })))
      .catch((reason: unknown) => {
        if (reason instanceof Cancelled) return setSaid(say("exportCancelled"));
        setSaid("");
        setFailure(say("exportFailed", { reason: described(say, reason) }));
      })
      .finally(() => setUnderWay(null));
  };
  const cancel = () => {
    if (!underWay?.id) return;
    cancelExport(underWay.id).catch((reason: unknown) => setFailure(described(say, reason)));
  };
  return { underWay, said, failure, begin, cancel };
}

function described(say: Say, reason: unknown): string {
  const text = reason instanceof Error ? reason.message : String(reason);
  return reason instanceof NoFile && isWord(text) ? say(text) : text;
}
