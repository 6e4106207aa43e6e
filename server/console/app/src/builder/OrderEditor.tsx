import { useRef } from "react";

import { useChosenLanguage } from "../language";
import { useSay } from "../words";
import type { Order } from "./document";
import { type Choice, orderChoices, type QueryField } from "./fields";

interface OrderEditorProps {
  order: Order[];
  fields: QueryField[];
  onOrder: (order: Order[]) => void;
}

export function OrderEditor({ order, fields, onOrder }: OrderEditorProps) {
  const say = useSay();
  const language = useChosenLanguage();
  const addButton = useRef<HTMLButtonElement>(null);
  const choices = orderChoices(fields, language);
  const next = choices.find(({ value }) => !order.some(({ field }) => field === value));
  const remove = (index: number) => {
    onOrder(order.filter((_, other) => other !== index));
    addButton.current?.focus();
  };
  return (
    <fieldset className="builder-group">
      <legend>{say("order")}</legend>
      <ul className="builder-items">
        {order.map((one, index) => (
          <OrderRow
            key={index}
            order={one}
            number={index + 1}
            choices={choices}
            onOrder={(changed) => onOrder(order.with(index, changed))}
            onRemove={() => remove(index)}
          />
        ))}
      </ul>
      <div className="builder-adders">
        <button
          type="button"
          ref={addButton}
          disabled={!next}
          onClick={() => onOrder([...order, { field: next!.value, direction: "ASC" }])}
        >
          {say("addOrder")}
        </button>
      </div>
    </fieldset>
  );
}

interface OrderRowProps {
  order: Order;
  number: number;
  choices: Choice[];
  onOrder: (order: Order) => void;
  onRemove: () => void;
}

function OrderRow({ order, number, choices, onOrder, onRemove }: OrderRowProps) {
  const say = useSay();
  const known = choices.some(({ value }) => value === order.field);
  return (
    <li className="builder-row">
      <select
        aria-label={`${say("order")} ${number}`}
        value={order.field}
        onChange={(event) => onOrder({ ...order, field: event.target.value })}
      >
        {!known && <option>{order.field}</option>}
        {choices.map(({ value, label }) => (
          <option key={value} value={value}>
            {label}
          </option>
        ))}
      </select>
      <select
        aria-label={`${say("direction")} ${number}`}
        value={order.direction}
        onChange={(event) => onOrder({ ...order, direction: event.target.value as Order["direction"] })}
      >
        <option value="ASC">{say("ASC")}</option>
        <option value="DESC">{say("DESC")}</option>
      </select>
      <button
        type="button"
        className="builder-remove"
        aria-label={say("removeOrder", { n: number })}
        onClick={onRemove}
      >
        −
      </button>
    </li>
  );
}
