import { useSay } from "../words";
import { isOpenable, type SavedQuery } from "./savedQueries";

interface SavedQueryChoiceProps {
  queries: SavedQuery[];
  chosen: SavedQuery | undefined;
  onChosen: (id: string) => void;
  onOpen: (query: SavedQuery) => void;
}

export function SavedQueryChoice({ queries, chosen, onChosen, onOpen }: SavedQueryChoiceProps) {
  const say = useSay();
  const isOpen = chosen !== undefined && isOpenable(chosen);
  return (
    <>
      <div className="builder-saved-choice">
        <select
          aria-label={say("savedQuery")}
          value={chosen?.id ?? ""}
          onChange={(event) => onChosen(event.target.value)}
        >
          <option value="">{say(queries.length > 0 ? "choose" : "noneSaved")}</option>
          <Options label={say("ownQueries")} queries={queries.filter(({ isOwn }) => isOwn)} />
          <Options label={say("sharedQueries")} queries={queries.filter(({ isOwn }) => !isOwn)} />
        </select>
        <button type="button" disabled={!isOpen} onClick={() => onOpen(chosen!)}>
          {say("openSaved")}
        </button>
      </div>
      {chosen && <Problems query={chosen} />}
    </>
  );
}

function Options({ label, queries }: { label: string; queries: SavedQuery[] }) {
  const say = useSay();
  if (queries.length === 0) return null;
  return (
    <optgroup label={label}>
      {queries.map(({ id, name, subject, isOwn, isShared }) => (
        <option key={id} value={id}>
          {isOwn && isShared ? say("isShared", { name }) : name}
          {subject === "HISTORY_MEMBERS" && say("ofThoseWhoLeft")}
        </option>
      ))}
    </optgroup>
  );
}

/** Why it cannot be asked as it stands, or not be looked into. */
function Problems({ query }: { query: SavedQuery }) {
  const say = useSay();
  const problems = query.problems.map(({ message }) => message);
  const said = isOpenable(query) || problems.length > 0 ? problems : [say("notOpenable")];
  if (said.length === 0) return null;
  return (
    <ul className="builder-failure" aria-label={say("problems")}>
      {said.map((message, index) => (
        <li key={index}>{message}</li>
      ))}
    </ul>
  );
}
