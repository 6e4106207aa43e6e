import { useId, type ReactNode } from "react";

import { useRevision } from "../changes";
import { graphql } from "../gql";
import type { ListedRequestFragment } from "../gql/graphql";
import { persisted } from "../register";
import { useFresh } from "../useFresh";
import { REQUEST_KINDS, REQUEST_STATES } from "../words";
import { Decide } from "./Decide";
import { useRequestsToDecide } from "./useRequestsToDecide";

graphql(`
  fragment ListedRequest on ApprovalRequest {
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
`);

const AskedDocument = persisted(
  graphql(`
    query Asked {
      approvalRequests(which: ASKED_BY_US, first: 50) {
        totalCount
        nodes {
          ...ListedRequest
        }
      }
    }
  `),
);

/** Kept by a subscription. */
export function RequestsToDecide() {
  const waiting = useRequestsToDecide();
  return (
    <RequestList title="待我审批" totalCount={waiting?.totalCount} requests={waiting?.requests}>
      {(request) => <Decide id={request.id} memberName={request.memberName} />}
    </RequestList>
  );
}

/** Asked for again when some request has changed. */
export function RequestsAsked() {
  const { data, error } = useFresh({ query: AskedDocument, variables: {} }, useRevision().requests);
  const { totalCount, nodes } = data?.approvalRequests ?? {};
  return <RequestList title="我方提出" totalCount={totalCount} requests={nodes} problem={error?.message} />;
}

interface Listed {
  title: string;
  totalCount: number | undefined;
  requests: readonly ListedRequestFragment[] | undefined;
  problem?: string | undefined;
  children?: (request: ListedRequestFragment) => ReactNode;
}

function RequestList({ title, totalCount, requests, problem, children }: Listed) {
  const heading = useId();
  return (
    <section aria-labelledby={heading}>
      <h2 id={heading}>{title}</h2>
      {problem && <p role="alert">{problem}</p>}
      <p role="status">{totalCount !== undefined && `共 ${totalCount} 件`}</p>
      <ul>
        {requests?.map((request) => (
          <li key={request.id}>
            <Told request={request} />
            {children?.(request)}
          </li>
        ))}
      </ul>
    </section>
  );
}

function Told({ request }: { request: ListedRequestFragment }) {
  return (
    <p>
      <strong>{request.memberName}</strong> {REQUEST_KINDS[request.kind]}，{request.reason}
      {request.requester && `（${request.requester.name}）`} <em>{REQUEST_STATES[request.state]}</em>
      {request.opinion && `：${request.opinion}`}
    </p>
  );
}
