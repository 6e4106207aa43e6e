import { useEffect, useRef } from "react";

import { useChosenLanguage } from "../language";
import { useSay } from "../words";
import { type Row, usableMethods, withField, withMethod } from "./conditions";
import { fullName, keyOf, type Method, named, type QueryField, roomOf } from "./fields";
import { OperandInput } from "./OperandInput";

interface RowEditorProps {
  row: Row;
  number: number;
  fields: QueryField[];
  /** Whether it has just been added, and so takes the focus. */
  isNew: boolean;
  onRow: (row: Row) => void;
  onRemove: () => void;
}

export function RowEditor({ row, number, fields, isNew, onRow, onRemove }: RowEditorProps) {
  const say = useSay();
  const language = useChosenLanguage();
  const first = useFocusWhen(isNew);
  const field = fields.find((one) => keyOf(one) === row.field);
  if (!field) return null;
  const name = say("condition", { n: number });
  return (
    <div className="builder-row" role="group" aria-label={`${name} · ${fullName(field, language)}`}>
      <FieldChoice ref={first} row={row} fields={fields} onField={(next) => onRow(withField(row, next))} />
      <select
        aria-label={say("method")}
        value={row.method}
        onChange={(event) => onRow(withMethod(row, field, event.target.value as Method))}
      >
        {usableMethods(field).map((method) => (
          <option key={method} value={method}>
            {say(method)}
          </option>
        ))}
      </select>
      <button
        type="button"
        className="builder-remove"
        aria-label={say("removeCondition", { what: name })}
        onClick={onRemove}
      >
        −
      </button>
      <div className="builder-operand">
        <OperandInput row={row} field={field} onOperand={(operand) => onRow({ ...row, operand })} />
      </div>
    </div>
  );
}

function useFocusWhen(isNew: boolean) {
  const element = useRef<HTMLSelectElement>(null);
  useEffect(() => {
    if (isNew) element.current?.focus();
  }, []);
  return element;
}

interface FieldChoiceProps {
  ref: React.Ref<HTMLSelectElement>;
  row: Row;
  fields: QueryField[];
  onField: (field: QueryField) => void;
}

function FieldChoice({ ref, row, fields, onField }: FieldChoiceProps) {
  const say = useSay();
  const language = useChosenLanguage();
  const rooms = [...new Set(fields.map((field) => named(roomOf(field), language)))];
  return (
    <select
      ref={ref}
      aria-label={say("field")}
      value={row.field}
      onChange={(event) => onField(fields.find((one) => keyOf(one) === event.target.value)!)}
    >
      {rooms.map((room) => (
        <optgroup key={room} label={room}>
          {fields
            .filter((field) => named(roomOf(field), language) === room)
            .map((field) => (
              <option key={keyOf(field)} value={keyOf(field)}>
                {fullName(field, language)}
              </option>
            ))}
        </optgroup>
      ))}
    </select>
  );
}
