import { useEffect, useRef, useState } from "react";

import { emptyRow, newGroup, usableMethods } from "./conditions";
import { type BuiltQuery, type Written, written } from "./document";
import { keyOf, type QueryField } from "./fields";
import { readDocument } from "./readDocument";
import { useEditors } from "./useEditors";

const FIRST_COLUMNS = ["name", "gender", "age", "education", "joinedOn", "branch.name"];

interface Building {
  /** Null when the editors hold what the builder cannot show. */
  built: BuiltQuery | null;
  change: (built: BuiltQuery) => void;
  begin: () => void;
}

/**
 * The editors hold the query; the builder shows what they say and writes what it is told. Only rows that are not
 * filled in yet are the builder's own, so it reads nothing back that it has written itself.
 */
export function useBuiltQuery(fields: QueryField[]): Building {
  const { revision, read, write, writeInNewTab } = useEditors();
  const [built, setBuilt] = useState<BuiltQuery | null>(null);
  const own = useRef<Written | null>(null);

  useEffect(() => {
    // What stands there now, not when it was told of: meanwhile the builder may have written.
    const text = read();
    if (!text || isSame(text, own.current)) return;
    own.current = null;
    const found = readDocument(text, fields);
    setBuilt(found && withRows(found, fields));
  }, [revision, fields]);

  const show = (next: BuiltQuery, put: (text: Written) => void) => {
    own.current = written(next, fields);
    setBuilt(next);
    put(own.current);
  };
  return {
    built,
    change: (next) => show(next, write),
    begin: () => show(withRows(emptyQuery(fields), fields), writeInNewTab),
  };
}

function emptyQuery(fields: QueryField[]): BuiltQuery {
  const columns = FIRST_COLUMNS.filter((path) => fields.some((field) => keyOf(field) === path));
  return { root: newGroup("and", []), columns, order: [], first: 50 };
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
