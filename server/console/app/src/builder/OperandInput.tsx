import { useChosenLanguage } from "../language";
import { useSay } from "../words";
import { Checklist } from "./Checklist";
import type { Row } from "./conditions";
import { type Choice, named, type QueryField } from "./fields";
import { type Ends, type Operand, type Shape, shapeOf } from "./operands";
import { OrganizationPicker } from "./OrganizationPicker";

interface OperandInputProps {
  row: Row;
  field: QueryField;
  onOperand: (operand: Operand) => void;
}

interface InputProps {
  shape: Shape;
  operand: Operand;
  choices: Choice[];
  onOperand: (operand: Operand) => void;
}

/** The right kind of input for what the field holds and the method takes. */
const INPUTS: Record<Shape, (props: InputProps) => React.ReactNode> = {
  text: LineInput,
  texts: LinesInput,
  code: CodeInput,
  codes: CodesInput,
  date: LineInput,
  dates: EndsInput,
  number: LineInput,
  numbers: EndsInput,
  flag: FlagInput,
  organization: OrganizationInput,
};

const TYPES: Partial<Record<Shape, string>> = { date: "date", dates: "date", number: "number", numbers: "number" };

export function OperandInput({ row, field, onOperand }: OperandInputProps) {
  const language = useChosenLanguage();
  const shape = shapeOf(field.kind, row.method)!;
  const choices = field.options.map((option) => ({ value: option.value, label: named(option, language) }));
  const Input = INPUTS[shape];
  return <Input shape={shape} operand={row.operand} choices={choices} onOperand={onOperand} />;
}

function LineInput({ shape, operand, onOperand }: InputProps) {
  const say = useSay();
  return (
    <input
      type={TYPES[shape] ?? "text"}
      aria-label={say("value")}
      value={operand as string}
      autoComplete="off"
      onChange={(event) => onOperand(event.target.value)}
    />
  );
}

function LinesInput({ operand, onOperand }: InputProps) {
  const say = useSay();
  return (
    <textarea
      rows={3}
      aria-label={say("value")}
      placeholder={say("oneALine")}
      value={operand as string}
      onChange={(event) => onOperand(event.target.value)}
    />
  );
}

function CodeInput({ operand, choices, onOperand }: InputProps) {
  const say = useSay();
  return (
    <select aria-label={say("value")} value={operand as string} onChange={(event) => onOperand(event.target.value)}>
      <option value="">{say("choose")}</option>
      {choices.map(({ value, label }) => (
        <option key={value} value={value}>
          {label}
        </option>
      ))}
    </select>
  );
}

function FlagInput(props: InputProps) {
  const say = useSay();
  const choices = [
    { value: "true", label: say("yes") },
    { value: "false", label: say("no") },
  ];
  return <CodeInput {...props} choices={choices} />;
}

function CodesInput({ operand, choices, onOperand }: InputProps) {
  const say = useSay();
  return <Checklist label={say("value")} choices={choices} chosen={operand as string[]} onChosen={onOperand} />;
}

function EndsInput({ shape, operand, onOperand }: InputProps) {
  const say = useSay();
  const ends = operand as Ends;
  return (
    <div className="builder-ends">
      {(["from", "to"] as const).map((end) => (
        <label key={end}>
          <span>{say(end)}</span>
          <input
            type={TYPES[shape]}
            value={ends[end]}
            onChange={(event) => onOperand({ ...ends, [end]: event.target.value })}
          />
        </label>
      ))}
    </div>
  );
}

function OrganizationInput({ operand, onOperand }: InputProps) {
  return <OrganizationPicker id={operand as string} onId={onOperand} />;
}
