import { useGraphiQL, useGraphiQLActions } from "@graphiql/react";
import { useEffect, useRef } from "react";

/** GraphiQL starts with the query of the first tab but without its variables; showing the tab anew brings both. */
export function ShowStoredTab() {
  const { changeTab } = useGraphiQLActions();
  const activeTabIndex = useGraphiQL((state) => state.activeTabIndex);
  const ready = useGraphiQL((state) => Boolean(state.queryEditor && state.variableEditor));
  const shown = useRef(false);

  useEffect(() => {
    if (!ready || shown.current) return;
    shown.current = true;
    changeTab(activeTabIndex);
  }, [ready, activeTabIndex, changeTab]);

  return null;
}
