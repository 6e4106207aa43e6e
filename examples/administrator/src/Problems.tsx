interface Problem {
  code: string;
  message: string;
  path: string[];
}

/** Those about one field of the input; null: those about no field that the form has. */
export function problemsAt(errors: Problem[], field: string | null): Problem[] {
  const fields = ["phone", "homeAddress", "education"];
  return errors.filter(({ path }) => {
    const at = path.find((step) => fields.includes(step)) ?? null;
    return at === field;
  });
}

/** What is wrong, in the register's words: they are meant for people, and in their language. */
export function Problems({ errors, more, id }: { errors: Problem[]; more?: string; id?: string }) {
  const messages = [...errors.map(({ message }) => message), ...(more ? [more] : [])];
  return (
    <div id={id} role="alert">
      {messages.map((message) => (
        <p key={message}>{message}</p>
      ))}
    </div>
  );
}
