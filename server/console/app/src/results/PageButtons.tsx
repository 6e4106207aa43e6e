import { pick, useGraphiQL, useGraphiQLActions } from "@graphiql/react";

import { useSay } from "../words";
import { takesAfter, withAfter } from "./paging";

/** Asks the same again from where this page ended. */
export function PageButtons({ next }: { next: string | null }) {
  const say = useSay();
  const { run } = useGraphiQLActions();
  const { tabs, activeTabIndex, variableEditor } = useGraphiQL(pick("tabs", "activeTabIndex", "variableEditor"));
  if (!variableEditor || !takesAfter(tabs[activeTabIndex]?.query ?? "")) return null;
  const go = (after: string | null) => {
    const variables = withAfter(variableEditor.getValue(), after);
    if (variables === null) return;
    variableEditor.setValue(variables);
    run();
  };
  const isLater = /"after"\s*:/.test(tabs[activeTabIndex]?.variables ?? "");
  return (
    <>
      {isLater && (
        <button type="button" onClick={() => go(null)}>
          {say("firstPage")}
        </button>
      )}
      {next !== null && (
        <button type="button" onClick={() => go(next)}>
          {say("nextPage")}
        </button>
      )}
    </>
  );
}
