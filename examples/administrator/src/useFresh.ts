import { useEffect } from "react";
import { useQuery, type AnyVariables, type UseQueryArgs, type UseQueryState } from "urql";

/** A query that is asked again whenever the revision is another. What was shown stays until the answer has come. */
export function useFresh<Data, Variables extends AnyVariables>(
  asked: UseQueryArgs<Variables, Data>,
  revision: number,
): UseQueryState<Data, Variables> {
  const [state, ask] = useQuery(asked);
  useEffect(() => {
    if (revision > 0) ask({ requestPolicy: "network-only" });
  }, [revision, ask]);
  return state;
}
