import { useId } from "react";

import { useRevision } from "../changes";
import { graphql } from "../gql";
import type { ApprovalRequestList, RequestsQuery } from "../gql/graphql";
import { persisted } from "../register";
import { useFresh } from "../useFresh";
import { REQUEST_KINDS, REQUEST_STATES } from "../words";
import { Decide } from "./Decide";

const RequestsDocument = persisted(
  graphql(`
    query Requests($which: ApprovalRequestList!) {
      approvalRequests(which: $which, first: 50) {
        totalCount
        nodes {
          id
          kind
          state
          memberName
          reason
          opinion
          requester {
            name
          }
        }
      }
    }
  `),
);

type ListedRequest = RequestsQuery["approvalRequests"]["nodes"][number];

export function RequestList({ title, which }: { title: string; which: ApprovalRequestList }) {
  const heading = useId();
  const { data, error } = useFresh({ query: RequestsDocument, variables: { which } }, useRevision().requests);
  const requests = data?.approvalRequests;
  return (
    <section aria-labelledby={heading}>
      <h2 id={heading}>{title}</h2>
      {error && <p role="alert">{error.message}</p>}
      <p role="status">{requests && `共 ${requests.totalCount} 件`}</p>
      <ul>
        {requests?.nodes.map((request) => (
          <li key={request.id}>
            <Told request={request} />
            {which === "TO_DECIDE" && <Decide id={request.id} memberName={request.memberName} />}
          </li>
        ))}
      </ul>
    </section>
  );
}

function Told({ request }: { request: ListedRequest }) {
  return (
    <p>
      <strong>{request.memberName}</strong> {REQUEST_KINDS[request.kind]}，{request.reason}
      {request.requester && `（${request.requester.name}）`} <em>{REQUEST_STATES[request.state]}</em>
      {request.opinion && `：${request.opinion}`}
    </p>
  );
}
