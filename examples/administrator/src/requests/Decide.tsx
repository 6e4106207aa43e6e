import { useState } from "react";
import { useMutation } from "urql";

import { graphql } from "../gql";
import { Problems } from "../Problems";
import { persisted } from "../register";

const ApproveDocument = persisted(
  graphql(`
    mutation Approve($input: ApproveRequestInput!) {
      approveRequest(input: $input) {
        errors {
          code
          message
          path
        }
      }
    }
  `),
);

const RejectDocument = persisted(
  graphql(`
    mutation Reject($input: RejectRequestInput!) {
      rejectRequest(input: $input) {
        errors {
          code
          message
          path
        }
      }
    }
  `),
);

/** What comes of it is told by the stream of changes, here and to everybody else who looks at the request. */
export function Decide({ id, memberName }: { id: string; memberName: string }) {
  const [opinion, setOpinion] = useState("");
  const [approved, approve] = useMutation(ApproveDocument);
  const [rejected, reject] = useMutation(RejectDocument);
  const errors = [...(approved.data?.approveRequest.errors ?? []), ...(rejected.data?.rejectRequest.errors ?? [])];
  const input = () => ({ input: { idempotencyKey: crypto.randomUUID(), id, opinion } });
  const isBusy = approved.fetching || rejected.fetching;
  return (
    <form aria-label={`审批 ${memberName}`} onSubmit={(event) => event.preventDefault()}>
      <Problems errors={errors} more={approved.error?.message ?? rejected.error?.message} />
      <label>
        审核意见
        <input value={opinion} required maxLength={500} onChange={(event) => setOpinion(event.target.value)} />
      </label>
      <button type="submit" disabled={isBusy || !opinion} onClick={() => void approve(input())}>
        通过
      </button>
      <button type="button" disabled={isBusy || !opinion} onClick={() => void reject(input())}>
        不通过
      </button>
    </form>
  );
}
