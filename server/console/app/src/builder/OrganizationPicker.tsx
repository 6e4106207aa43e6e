import { type KeyboardEvent, useEffect, useId, useState } from "react";

import { useSay } from "../words";
import { type FoundOrganization, findOrganizations, organizationName } from "./organizations";

const SETTLED_MILLISECONDS = 250;

interface OrganizationPickerProps {
  id: string;
  onId: (id: string) => void;
}

/** An organisation by a part of its name: a combobox as the ARIA Authoring Practices describe it. */
export function OrganizationPicker({ id, onId }: OrganizationPickerProps) {
  const say = useSay();
  const listId = useId();
  const [text, setText] = useText(id);
  const [isOpen, setOpen] = useState(false);
  const [active, setActive] = useState(-1);
  const answer = useFound(text, isOpen);
  const found = answer ?? [];

  const choose = (organization: FoundOrganization) => {
    setText(organization.name);
    setOpen(false);
    onId(organization.id);
  };
  const onText = (typed: string) => {
    setText(typed);
    setOpen(true);
    setActive(-1);
    if (id !== "") onId("");
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const step = STEPS[event.key];
    if (step) {
      event.preventDefault();
      setOpen(true);
      setActive((active + step + found.length + (active < 0 && step < 0 ? 1 : 0)) % Math.max(found.length, 1));
    } else if (event.key === "Enter" && isOpen && found[active]) {
      event.preventDefault();
      choose(found[active]);
    } else if (event.key === "Escape" && isOpen) {
      event.stopPropagation();
      setOpen(false);
    }
  };

  return (
    <div className="organization-picker">
      <input
        role="combobox"
        aria-label={say("value")}
        aria-expanded={isOpen}
        aria-controls={isOpen ? listId : undefined}
        aria-autocomplete="list"
        aria-activedescendant={isOpen && found[active] ? `${listId}-${active}` : undefined}
        placeholder={say("findOrganization")}
        autoComplete="off"
        value={text}
        onChange={(event) => onText(event.target.value)}
        onFocus={() => setOpen(id === "")}
        onBlur={() => setOpen(false)}
        onKeyDown={onKeyDown}
      />
      {isOpen && answer && <Found id={listId} found={found} active={active} onChoose={choose} />}
    </div>
  );
}

const STEPS: Record<string, number> = { ArrowDown: 1, ArrowUp: -1 };

interface FoundProps {
  id: string;
  found: FoundOrganization[];
  active: number;
  onChoose: (organization: FoundOrganization) => void;
}

function Found({ id, found, active, onChoose }: FoundProps) {
  const say = useSay();
  if (found.length === 0) return <p role="status">{say("noOrganization")}</p>;
  return (
    <ul id={id} role="listbox" aria-label={say("findOrganization")}>
      {found.map((organization, index) => (
        <li
          key={organization.id}
          id={`${id}-${index}`}
          role="option"
          aria-selected={index === active}
          // Before the input loses the focus, and with it the list.
          onMouseDown={() => onChoose(organization)}
        >
          {organization.name}
          <small>
            {[organization.parent?.name, say("members", { n: organization.memberCount })].filter(Boolean).join(" · ")}
          </small>
        </li>
      ))}
    </ul>
  );
}

/** What is typed; of an organisation that came from elsewhere, its name. */
function useText(id: string): [string, (text: string) => void] {
  const [text, setText] = useState("");
  useEffect(() => {
    if (id === "" || text !== "") return;
    organizationName(id).then(
      (name) => setText(name ?? id),
      () => setText(id),
    );
  }, [id]);
  return [text, setText];
}

/** Null until the server has answered. */
function useFound(text: string, isOpen: boolean): FoundOrganization[] | null {
  const [found, setFound] = useState<FoundOrganization[] | null>(null);
  useEffect(() => {
    if (!isOpen) return;
    let isCurrent = true;
    const timer = setTimeout(() => {
      findOrganizations(text).then(
        (organizations) => isCurrent && setFound(organizations),
        () => isCurrent && setFound([]),
      );
    }, SETTLED_MILLISECONDS);
    return () => {
      isCurrent = false;
      clearTimeout(timer);
    };
  }, [text, isOpen]);
  return found;
}
