import { useRef } from "react";

import { useSay } from "../words";
import {
  added,
  emptyRow,
  type Group,
  isGroup,
  type Join,
  newGroup,
  removed,
  replaced,
  usableMethods,
} from "./conditions";
import { keyOf, type QueryField } from "./fields";
import { RowEditor } from "./RowEditor";

interface GroupEditorProps {
  group: Group;
  root: Group;
  fields: QueryField[];
  onRoot: (root: Group) => void;
  /** Of a group within another: takes it away. */
  onRemove?: () => void;
}

export function GroupEditor({ group, root, fields, onRoot, onRemove }: GroupEditorProps) {
  const say = useSay();
  const addButton = useRef<HTMLButtonElement>(null);
  const newest = useRef<number | null>(null);
  const usable = fields.filter((field) => usableMethods(field).length > 0);

  const addRow = () => {
    const row = emptyRow(nextField(usable, group));
    newest.current = row.id;
    onRoot(added(root, group.id, row));
  };
  const remove = (id: number) => {
    onRoot(removed(root, id));
    addButton.current?.focus(); // what had the focus is gone
  };

  return (
    <fieldset className="builder-group">
      <legend>{say(onRemove ? "group" : "conditions")}</legend>
      <GroupHead group={group} onGroup={(next) => onRoot(replaced(root, next))} onRemove={onRemove} />
      <ul className="builder-items">
        {group.items.map((item, index) => (
          <li key={item.id}>
            {isGroup(item) ? (
              <GroupEditor group={item} root={root} fields={fields} onRoot={onRoot} onRemove={() => remove(item.id)} />
            ) : (
              <RowEditor
                row={item}
                number={index + 1}
                fields={usable}
                isNew={item.id === newest.current}
                onRow={(row) => onRoot(replaced(root, row))}
                onRemove={() => remove(item.id)}
              />
            )}
          </li>
        ))}
      </ul>
      <div className="builder-adders">
        <button type="button" ref={addButton} onClick={addRow}>
          {say("addCondition")}
        </button>
        <button type="button" onClick={() => onRoot(added(root, group.id, newGroup("or", [emptyRow(usable[0]!)])))}>
          {say("addGroup")}
        </button>
      </div>
    </fieldset>
  );
}

/** The first field that the group does not ask by yet. */
function nextField(usable: QueryField[], group: Group): QueryField {
  const taken = new Set(group.items.map((item) => (isGroup(item) ? "" : item.field)));
  const members = usable.filter(({ kind }) => kind !== "ORGANIZATION");
  return members.find((field) => !taken.has(keyOf(field))) ?? usable[0]!;
}

interface GroupHeadProps {
  group: Group;
  onGroup: (group: Group) => void;
  onRemove?: () => void;
}

function GroupHead({ group, onGroup, onRemove }: GroupHeadProps) {
  const say = useSay();
  return (
    <div className="builder-group-head">
      <label>
        {say("satisfy")}{" "}
        <select value={group.join} onChange={(event) => onGroup({ ...group, join: event.target.value as Join })}>
          <option value="and">{say("and")}</option>
          <option value="or">{say("or")}</option>
        </select>
      </label>
      <label>
        <input
          type="checkbox"
          checked={group.isNegated}
          onChange={(event) => onGroup({ ...group, isNegated: event.target.checked })}
        />{" "}
        {say("isNegated")}
      </label>
      {onRemove && (
        <button
          type="button"
          className="builder-remove"
          aria-label={say("removeCondition", { what: say("group") })}
          onClick={onRemove}
        >
          −
        </button>
      )}
    </div>
  );
}
