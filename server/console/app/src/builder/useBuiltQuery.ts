import { useEffect, useRef, useState } from "react";

import { emptyRow, newGroup, usableMethods } from "./conditions";
import { type BuiltQuery, type Written, written } from "./document";
import { columnChoices, type FieldsOf, type QueryField } from "./fields";
import { type Connection, CONNECTIONS } from "./plainList";
import { readDocument } from "./readDocument";
import { useEditors } from "./useEditors";

const FIRST_COLUMNS: Record<Connection, string[]> = {
  members: ["name", "gender", "age", "education", "joinedOn", "branch.name"],
  historyMembers: ["name", "kind", "archivedAt", "workPosition", "branch.name"],
};

interface Building {
  /** Null when the editors hold what the builder cannot show. */
  built: BuiltQuery | null;
  change: (built: BuiltQuery) => void;
  begin: () => void;
  /** Begins anew in the same tab, asking of others. */
  turnTo: (connection: Connection) => void;
  /** Shows a query that was kept, in a tab of its own. */
  open: (text: Written) => void;
}

/**
 * The editors hold the query; the builder shows what they say and writes what it is told. Only rows that are not
 * filled in yet are the builder's own, so it reads nothing back that it has written itself.
 */
export function useBuiltQuery(fieldsOf: FieldsOf): Building {
  const { revision, read, write, writeInNewTab } = useEditors();
  const [built, setBuilt] = useState<BuiltQuery | null>(null);
  const own = useRef<Written | null>(null);

  useEffect(() => {
    // What stands there now, not when it was told of: meanwhile the builder may have written.
    const text = read();
    if (!text || isSame(text, own.current)) return;
    own.current = null;
    const found = readDocument(text, fieldsOf);
    setBuilt(found && withRows(found, fieldsOf[found.connection]));
  }, [revision, fieldsOf]);

  const show = (next: BuiltQuery, put: (text: Written) => void) => {
    own.current = written(next, fieldsOf[next.connection]);
    setBuilt(next);
    put(own.current);
  };
  const begun = (connection: Connection) => withRows(emptyQuery(connection, fieldsOf), fieldsOf[connection]);
  return {
    built,
    change: (next) => show(next, write),
    begin: () => show(begun(built?.connection ?? firstOpen(fieldsOf)), writeInNewTab),
    turnTo: (connection) => show(begun(connection), write),
    open: writeInNewTab,
  };
}

function firstOpen(fieldsOf: FieldsOf): Connection {
  return CONNECTIONS.find((connection) => fieldsOf[connection].length > 0) ?? CONNECTIONS[0];
}

function emptyQuery(connection: Connection, fieldsOf: FieldsOf): BuiltQuery {
  const known = columnChoices(fieldsOf[connection], "en").map(({ value }) => value);
  const columns = FIRST_COLUMNS[connection].filter((path) => known.includes(path));
  return { connection, root: newGroup("and", []), columns, order: [], first: 50 };
}

/** A query without conditions begins with rows for those that people ask by most. */
function withRows(built: BuiltQuery, fields: QueryField[]): BuiltQuery {
  if (built.root.items.length > 0) return built;
  const usual = fields.filter((field) => field.isDefault && usableMethods(field).length > 0);
  return { ...built, root: { ...built.root, items: usual.map(emptyRow) } };
}

/** A later page is no other query. */
function isSame(text: Written, own: Written | null): boolean {
  return own !== null && text.query === own.query && withoutPage(text.variables) === withoutPage(own.variables);
}

function withoutPage(variables: string): string {
  try {
    return JSON.stringify({ ...JSON.parse(variables), after: undefined });
  } catch {
    return variables;
  }
}
