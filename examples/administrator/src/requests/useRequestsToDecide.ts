import { useEffect, useState } from "react";

import { follow } from "../following";
import { graphql } from "../gql";
import type { ListedRequestFragment, ToDecideSubscription } from "../gql/graphql";
import { persisted } from "../register";

const ToDecideDocument = persisted(
  graphql(`
    subscription ToDecide {
      requestsToDecide {
        kind
        totalCount
        requestId
        waiting {
          ...ListedRequest
        }
        request {
          ...ListedRequest
        }
      }
    }
  `),
);

export interface Waiting {
  totalCount: number;
  requests: readonly ListedRequestFragment[];
}

/**
 * What waits for one's own decision, kept by the events alone: they begin with all that wait, so that nothing is asked
 * for beside them and nothing is missed between an answer and the first event.
 */
export function useRequestsToDecide(): Waiting | null {
  const [waiting, setWaiting] = useState<Waiting | null>(null);
  useEffect(() => {
    const leaving = new AbortController();
    void follow(ToDecideDocument, async () => ({}), leaving.signal, ({ data }) => {
      if (data) setWaiting((before) => after(before, data.requestsToDecide));
    });
    return () => leaving.abort();
  }, []);
  return waiting;
}

function after(before: Waiting | null, event: ToDecideSubscription["requestsToDecide"]): Waiting {
  const { kind, totalCount, waiting, request, requestId } = event;
  if (kind === "STANDING") return { totalCount, requests: waiting ?? [] };
  const requests = before?.requests ?? [];
  if (kind === "REMOVED") return { totalCount, requests: requests.filter(({ id }) => id !== requestId) };
  if (!request) return { totalCount, requests };
  if (!requests.some(({ id }) => id === requestId)) return { totalCount, requests: [request, ...requests] };
  return { totalCount, requests: requests.map((each) => (each.id === requestId ? request : each)) };
}
