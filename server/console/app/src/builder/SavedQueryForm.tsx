import { useGraphiQL } from "@graphiql/react";
import { type FormEvent, useEffect, useRef, useState } from "react";

import { useChosenLanguage } from "../language";
import { useSay } from "../words";
import { chosenColumns, offeredColumns } from "./columns";
import type { BuiltQuery } from "./document";
import { columnChoices, type QueryField } from "./fields";
import { overwrite, questionOf, remove, saveAs } from "./savedQueries";
import type { SavedQueries } from "./useSavedQueries";

interface SavedQueryFormProps {
  built: BuiltQuery;
  fields: QueryField[];
  saved: SavedQueries;
}

/** Saves the query of the builder under a name, or in place of the chosen one. */
export function SavedQueryForm({ built, fields, saved: { chosen, attempt } }: SavedQueryFormProps) {
  const say = useSay();
  const language = useChosenLanguage();
  const schema = useGraphiQL((state) => state.schema);
  const own = chosen?.isOwn ? chosen : undefined;
  const [name, setName] = useState("");
  const [isShared, setShared] = useState(false);
  const nameInput = useRef<HTMLInputElement>(null);
  useEffect(() => {
    setName(own?.name ?? "");
    setShared(own?.isShared ?? false);
  }, [own?.id]);

  const { columns, leftOut } = chosenColumns(built.columns, offeredColumns(schema, built.connection));
  const titleOf = (path: string) => columnChoices(fields, language).find(({ value }) => value === path)?.label ?? path;
  const question = questionOf(built, fields, columns);
  const onSubmit = (event: FormEvent) => {
    event.preventDefault();
    void attempt(() => saveAs(name, isShared, question), "saved");
  };
  const onRemove = () => {
    nameInput.current?.focus(); // the button goes away with the query
    void attempt(() => remove(own!).then(() => ""), "removed");
  };
  return (
    <form className="builder-saved-form" onSubmit={onSubmit}>
      <label className="builder-line">
        <span className="builder-label">{say("savedAs")}</span>
        <input ref={nameInput} value={name} required onChange={(event) => setName(event.target.value)} />
      </label>
      <label>
        <input type="checkbox" checked={isShared} onChange={(event) => setShared(event.target.checked)} />{" "}
        {say("shared")}
      </label>
      {leftOut.length > 0 && <p>{say("notSaved", { what: leftOut.map(titleOf).join(say("listed")) })}</p>}
      <div className="builder-adders">
        <button type="submit">{say("save")}</button>
        {own && (
          <button type="button" onClick={() => attempt(() => overwrite(own, name, isShared, question), "overwritten")}>
            {say("overwrite")}
          </button>
        )}
        {own && (
          <button type="button" onClick={onRemove}>
            {say("removeSaved")}
          </button>
        )}
      </div>
    </form>
  );
}
