import { useEffect, useState } from "react";

import { useSay, type Word } from "../words";
import { type SavedQuery, savedQueries } from "./savedQueries";

export interface SavedQueries {
  /** Null until they have come. */
  queries: SavedQuery[] | null;
  chosen: SavedQuery | undefined;
  choose: (id: string) => void;
  said: string;
  failure: string;
  /** Changes something at the server, tells of it, and chooses the query whose id it gives. */
  attempt: (change: () => Promise<string>, done: Word) => Promise<void>;
}

/** As they are now: asked anew after every change, also after one that was refused, as another was then quicker. */
export function useSavedQueries(): SavedQueries {
  const say = useSay();
  const [queries, setQueries] = useState<SavedQuery[] | null>(null);
  const [id, choose] = useState("");
  const [said, setSaid] = useState("");
  const [failure, setFailure] = useState("");

  const fail = (reason: unknown) => setFailure(reason instanceof Error ? reason.message : String(reason));
  const read = () => savedQueries().then(setQueries, fail);
  useEffect(() => void read(), []);

  // Told of once the queries are there anew, so that what is pressed next is of the version that is known then.
  const attempt = async (change: () => Promise<string>, done: Word) => {
    setSaid("");
    setFailure("");
    try {
      choose(await change());
      await read();
      setSaid(say(done));
    } catch (reason) {
      await read();
      fail(reason);
    }
  };
  return { queries, chosen: queries?.find((query) => query.id === id), choose, said, failure, attempt };
}
