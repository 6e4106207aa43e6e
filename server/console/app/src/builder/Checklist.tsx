import { type KeyboardEvent, useId, useRef, useState } from "react";

import { useSay } from "../words";
import type { Choice } from "./fields";

const LONG_LIST = 12;
const NAMED_CHOICES = 3;

interface ChecklistProps {
  label: string;
  choices: Choice[];
  /** In the order in which they were chosen. */
  chosen: string[];
  onChosen: (chosen: string[]) => void;
}

/** Several of a list: a button that says which, and below it the list, until Escape or the button closes it. */
export function Checklist({ label, choices, chosen, onChosen }: ChecklistProps) {
  const say = useSay();
  const listId = useId();
  const button = useRef<HTMLButtonElement>(null);
  const [isOpen, setOpen] = useState(false);
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== "Escape" || !isOpen) return;
    event.stopPropagation();
    setOpen(false);
    button.current?.focus();
  };
  const names = choices.filter(({ value }) => chosen.includes(value)).map((choice) => choice.label);
  const summary = names.length > NAMED_CHOICES ? say("chosen", { n: names.length }) : names.join(say("listed"));
  return (
    <div className="checklist" onKeyDown={onKeyDown}>
      <button
        ref={button}
        type="button"
        className="checklist-button"
        aria-expanded={isOpen}
        aria-controls={isOpen ? listId : undefined}
        aria-label={`${label}: ${summary || say("choose")}`}
        onClick={() => setOpen(!isOpen)}
      >
        <span>{summary || say("choose")}</span>
        <span aria-hidden="true">▾</span>
      </button>
      {isOpen && <Choices id={listId} label={label} choices={choices} chosen={chosen} onChosen={onChosen} />}
    </div>
  );
}

function Choices({ id, label, choices, chosen, onChosen }: ChecklistProps & { id: string }) {
  const say = useSay();
  const [sought, setSought] = useState("");
  const shown = choices.filter((choice) => choice.label.toLowerCase().includes(sought.trim().toLowerCase()));
  const toggle = (value: string) =>
    onChosen(chosen.includes(value) ? chosen.filter((one) => one !== value) : [...chosen, value]);
  return (
    <div id={id} className="checklist-choices" role="group" aria-label={label}>
      {choices.length > LONG_LIST && (
        <input
          type="search"
          aria-label={say("narrow")}
          placeholder={say("narrow")}
          value={sought}
          onChange={(event) => setSought(event.target.value)}
          onKeyDown={(event) => event.key === "Enter" && event.preventDefault()}
        />
      )}
      <div className="checklist-scroll">
        {shown.map(({ value, label: name }) => (
          <label key={value}>
            <input type="checkbox" checked={chosen.includes(value)} onChange={() => toggle(value)} /> {name}
          </label>
        ))}
      </div>
    </div>
  );
}
