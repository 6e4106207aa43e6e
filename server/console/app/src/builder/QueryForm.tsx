import { useGraphiQLActions } from "@graphiql/react";
import { type FormEvent, type RefObject, useEffect, useRef } from "react";

import { useChosenLanguage } from "../language";
import { showTableFirst } from "../results/view";
import { useSay } from "../words";
import { Checklist } from "./Checklist";
import { type BuiltQuery, PAGE_SIZES } from "./document";
import { columnChoices, type FieldsOf, type QueryField } from "./fields";
import { GroupEditor } from "./GroupEditor";
import { OrderEditor } from "./OrderEditor";
import { type Connection, CONNECTIONS } from "./plainList";

interface QueryFormProps {
  built: BuiltQuery;
  fieldsOf: FieldsOf;
  onChange: (built: BuiltQuery) => void;
  onNew: () => void;
  onTurn: (connection: Connection) => void;
}

export function QueryForm({ built, fieldsOf, onChange, onNew, onTurn }: QueryFormProps) {
  const say = useSay();
  const fields = fieldsOf[built.connection];
  const { run } = useGraphiQLActions();
  const form = useFocusIfLost();
  const onSubmit = (event: FormEvent) => {
    event.preventDefault();
    showTableFirst();
    run();
  };
  return (
    <form ref={form} className="builder-form" onSubmit={onSubmit}>
      <div className="builder-scroll">
        <Subject connection={built.connection} fieldsOf={fieldsOf} onTurn={onTurn} />
        <GroupEditor
          group={built.root}
          root={built.root}
          fields={fields}
          onRoot={(root) => onChange({ ...built, root })}
        />
        <Columns built={built} fields={fields} onChange={onChange} />
        {fields.some(({ isSortable }) => isSortable) && (
          <OrderEditor order={built.order} fields={fields} onOrder={(order) => onChange({ ...built, order })} />
        )}
        <PageSize first={built.first} onFirst={(first) => onChange({ ...built, first })} />
      </div>
      <div className="builder-actions">
        <button type="submit" className="builder-primary">
          {say("run")}
        </button>
        <button type="button" onClick={onNew}>
          {say("newQuery")}
        </button>
      </div>
    </form>
  );
}

/** The button that began the query went away with the focus. */
function useFocusIfLost(): RefObject<HTMLFormElement | null> {
  const form = useRef<HTMLFormElement>(null);
  useEffect(() => {
    if (document.activeElement === document.body) form.current?.querySelector("select")?.focus();
  }, []);
  return form;
}

interface SubjectProps extends Pick<QueryFormProps, "fieldsOf" | "onTurn"> {
  connection: Connection;
}

function Subject({ connection, fieldsOf, onTurn }: SubjectProps) {
  const say = useSay();
  const open = CONNECTIONS.filter((one) => one === connection || fieldsOf[one].length > 0);
  return (
    <label className="builder-line">
      <span className="builder-label">{say("subject")}</span>
      <select value={connection} onChange={(event) => onTurn(event.target.value as Connection)}>
        {open.map((one) => (
          <option key={one} value={one}>
            {say(`of_${one}`)}
          </option>
        ))}
      </select>
    </label>
  );
}

interface ColumnsProps extends Pick<QueryFormProps, "built" | "onChange"> {
  fields: QueryField[];
}

function Columns({ built, fields, onChange }: ColumnsProps) {
  const say = useSay();
  const language = useChosenLanguage();
  const known = columnChoices(fields, language);
  const foreign = built.columns.filter((path) => !known.some(({ value }) => value === path));
  const choices = [...known, ...foreign.map((path) => ({ value: path, label: path }))];
  return (
    <div className="builder-line">
      <span className="builder-label">{say("columns")}</span>
      <Checklist
        label={say("columns")}
        choices={choices}
        chosen={built.columns}
        onChosen={(columns) => onChange({ ...built, columns })}
      />
    </div>
  );
}

function PageSize({ first, onFirst }: { first: number; onFirst: (first: number) => void }) {
  const say = useSay();
  const sizes = [...new Set([...PAGE_SIZES, first])].sort((one, other) => one - other);
  return (
    <label className="builder-line">
      <span className="builder-label">{say("pageSize")}</span>
      <select value={first} onChange={(event) => onFirst(Number(event.target.value))}>
        {sizes.map((size) => (
          <option key={size}>{size}</option>
        ))}
      </select>
    </label>
  );
}
