import { pick, useGraphiQL, useGraphiQLActions } from "@graphiql/react";
import { useEffect, useState } from "react";

import type { Written } from "./document";

const SETTLED_MILLISECONDS = 250;

interface Editors {
  /** What stands in the editors, once typing rests; null until they are there. */
  text: Written | null;
  write: (text: Written) => void;
  writeInNewTab: (text: Written) => void;
}

export function useEditors(): Editors {
  const { addTab } = useGraphiQLActions();
  const { queryEditor, variableEditor } = useGraphiQL(pick("queryEditor", "variableEditor"));
  const [text, setText] = useState<Written | null>(null);

  useEffect(() => {
    if (!queryEditor || !variableEditor) return;
    let timer: ReturnType<typeof setTimeout>;
    const read = () => setText({ query: queryEditor.getValue(), variables: variableEditor.getValue() });
    // Another tab fills the two editors one after the other.
    const onChange = () => {
      clearTimeout(timer);
      timer = setTimeout(read, SETTLED_MILLISECONDS);
    };
    const listeners = [queryEditor, variableEditor].map((editor) => editor.onDidChangeModelContent(onChange));
    read();
    return () => {
      clearTimeout(timer);
      listeners.forEach((listener) => listener.dispose());
    };
  }, [queryEditor, variableEditor]);

  const write = ({ query, variables }: Written) => {
    if (queryEditor?.getValue() !== query) queryEditor?.setValue(query);
    if (variableEditor?.getValue() !== variables) variableEditor?.setValue(variables);
  };
  const writeInNewTab = (written: Written) => {
    addTab();
    write(written);
  };
  return { text, write, writeInNewTab };
}
