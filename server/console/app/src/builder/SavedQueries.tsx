import { useState } from "react";

import { useSay } from "../words";
import type { BuiltQuery, Written } from "./document";
import type { FieldsOf } from "./fields";
import { SavedQueryChoice } from "./SavedQueryChoice";
import { SavedQueryForm } from "./SavedQueryForm";
import { textOf } from "./savedQueries";
import { useSavedQueries } from "./useSavedQueries";

interface SavedQueriesProps {
  /** Null when there is nothing that could be saved. */
  built: BuiltQuery | null;
  fieldsOf: FieldsOf;
  onOpen: (text: Written) => void;
}

/** 常用查询: folded up until somebody wants them. */
export function SavedQueries(props: SavedQueriesProps) {
  const say = useSay();
  const [isOpen, setOpen] = useState(false);
  return (
    <details className="builder-saved" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>{say("savedQueries")}</summary>
      {isOpen && <Inside {...props} />}
    </details>
  );
}

function Inside({ built, fieldsOf, onOpen }: SavedQueriesProps) {
  const say = useSay();
  const saved = useSavedQueries();
  const { queries, chosen, choose, said, failure } = saved;
  return (
    <>
      {queries && (
        <SavedQueryChoice
          queries={queries}
          chosen={chosen}
          onChosen={choose}
          onOpen={(query) => onOpen(textOf(query))}
        />
      )}
      {!queries && !failure && <p>{say("savedLoading")}</p>}
      {built && <SavedQueryForm built={built} fields={fieldsOf[built.connection]} saved={saved} />}
      <p role="status">{said}</p>
      {failure && (
        <p role="alert" className="builder-failure">
          {failure}
        </p>
      )}
    </>
  );
}
