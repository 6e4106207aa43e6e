import { type ChangeEvent, type KeyboardEvent, useEffect, useState } from "react";

import { useSay } from "./words";

interface TokenFieldProps {
  token: string;
  onToken: (token: string) => void;
}

export function TokenField({ token, onToken }: TokenFieldProps) {
  const say = useSay();
  const [draft, setDraft] = useState(token);
  const [shown, setShown] = useState(false);
  useEffect(() => setDraft(token), [token]);

  // Every change of the token asks for the schema, so typing waits for Enter or for leaving the field.
  const onChange = (event: ChangeEvent<HTMLInputElement>) => {
    setDraft(event.target.value);
    if ((event.nativeEvent as InputEvent).inputType === "insertFromPaste") onToken(event.target.value);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === "Enter") onToken(draft);
  };

  return (
    // Not a form: browsers offer to keep what a form with a password field sends.
    <div className="token-field">
      <label htmlFor="token">{say("token")}</label>
      <input
        id="token"
        type={shown ? "text" : "password"}
        value={draft}
        autoComplete="off"
        spellCheck={false}
        aria-describedby="token-status"
        onChange={onChange}
        onKeyDown={onKeyDown}
        onBlur={() => onToken(draft)}
      />
      <button type="button" aria-controls="token" aria-pressed={shown} onClick={() => setShown(!shown)}>
        {say("show")}
      </button>
    </div>
  );
}
