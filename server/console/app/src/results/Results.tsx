import "./results.css";

import { useGraphiQL } from "@graphiql/react";
import { useLayoutEffect, useState } from "react";
import { createPortal } from "react-dom";

import { useSay } from "../words";
import { AnswerView, type Looks } from "./AnswerView";
import { useAnswer } from "./useAnswer";
import { showView, useView, VIEWS } from "./view";

/** 查询结果 as JSON, table or chart, in GraphiQL's pane of responses and above its editor. */
export function Results() {
  const place = usePlaceAboveEditor();
  return place && createPortal(<ResultPane />, place);
}

function ResultPane() {
  const say = useSay();
  const view = useView();
  const answer = useAnswer();
  const isFetching = useGraphiQL((state) => state.isFetching);
  const [looks, setLooks] = useState<Looks>({ path: null, showsCodes: false, sorting: null });
  return (
    <section className="results" data-view={view} aria-label={say("results")}>
      <div className="results-views" role="group" aria-label={say("resultView")}>
        {VIEWS.map((one) => (
          <button key={one} type="button" aria-pressed={one === view} onClick={() => showView(one)}>
            {say(one)}
          </button>
        ))}
      </div>
      {view !== "json" && answer && <AnswerView answer={answer} view={view} looks={looks} onLooks={setLooks} />}
      {view !== "json" && !answer && !isFetching && <p>{say("noAnswer")}</p>}
    </section>
  );
}

/** GraphiQL has a place below its editor alone; who tabs through the page comes by the switch before the text. */
function usePlaceAboveEditor(): HTMLElement | null {
  const [place, setPlace] = useState<HTMLElement | null>(null);
  useLayoutEffect(() => {
    const element = document.createElement("div");
    element.className = "results-place";
    document.querySelector(".graphiql-response")!.prepend(element);
    setPlace(element);
    return () => element.remove();
  }, []);
  return place;
}
