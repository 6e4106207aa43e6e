import { pick, useGraphiQL, useGraphiQLActions } from "@graphiql/react";
import { useEffect, useState } from "react";

import type { Written } from "./document";

const SETTLED_MILLISECONDS = 250;

interface Editors {
  /** Grows when there is something new to read, once typing rests. */
  revision: number;
  /** What stands in the editors now; null until they are there. */
  read: () => Written | null;
  write: (text: Written) => void;
  writeInNewTab: (text: Written) => void;
}

export function useEditors(): Editors {
  const { addTab } = useGraphiQLActions();
  const { queryEditor, variableEditor } = useGraphiQL(pick("queryEditor", "variableEditor"));
  const [revision, setRevision] = useState(0);

  useEffect(() => {
    if (!queryEditor || !variableEditor) return;
    let timer: ReturnType<typeof setTimeout>;
    const tell = () => setRevision((earlier) => earlier + 1);
    // Another tab fills the two editors one after the other.
    const onChange = () => {
      clearTimeout(timer);
      timer = setTimeout(tell, SETTLED_MILLISECONDS);
    };
    const listeners = [queryEditor, variableEditor].map((editor) => editor.onDidChangeModelContent(onChange));
    tell();
    return () => {
      clearTimeout(timer);
      listeners.forEach((listener) => listener.dispose());
    };
  }, [queryEditor, variableEditor]);

  const read = () =>
    queryEditor && variableEditor ? { query: queryEditor.getValue(), variables: variableEditor.getValue() } : null;
  const write = ({ query, variables }: Written) => {
    if (queryEditor?.getValue() !== query) queryEditor?.setValue(query);
    if (variableEditor?.getValue() !== variables) variableEditor?.setValue(variables);
  };
  const writeInNewTab = (written: Written) => {
    addTab();
    write(written);
  };
  return { revision, read, write, writeInNewTab };
}
