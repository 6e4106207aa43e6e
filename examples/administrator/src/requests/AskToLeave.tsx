import { useState, type FormEvent } from "react";
import { useMutation } from "urql";

import { graphql } from "../gql";
import type { LeavingKind } from "../gql/graphql";
import { Problems } from "../Problems";
import { persisted } from "../register";
import { LEAVING_KINDS, REQUEST_KINDS } from "../words";

const SubmitLeavingDocument = persisted(
  graphql(`
    mutation SubmitLeaving($input: SubmitLeavingInput!) {
      submitLeaving(input: $input) {
        request {
          id
        }
        errors {
          code
          message
          path
        }
      }
    }
  `),
);

export function AskToLeave({ memberId }: { memberId: string }) {
  const [asked, setAsked] = useState(false);
  const [{ data, error, fetching }, submit] = useMutation(SubmitLeavingDocument);

  const ask = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const input = {
      idempotencyKey: crypto.randomUUID(),
      memberId,
      kind: form.get("kind") as LeavingKind,
      reason: String(form.get("reason")),
    };
    const answer = await submit({ input });
    setAsked(answer.data?.submitLeaving.errors.length === 0);
  };
  if (asked) return <p role="status">申请已提出，等待审批。</p>;
  return (
    <form aria-label="提出减少申请" onSubmit={(event) => void ask(event)}>
      <Problems errors={data?.submitLeaving.errors ?? []} more={error?.message} />
      <label>
        减少类别
        <select name="kind">
          {LEAVING_KINDS.map((kind) => (
            <option key={kind} value={kind}>
              {REQUEST_KINDS[kind]}
            </option>
          ))}
        </select>
      </label>
      <label>
        申请理由
        <input name="reason" required maxLength={500} />
      </label>
      <button type="submit" disabled={fetching}>
        提出申请
      </button>
    </form>
  );
}
