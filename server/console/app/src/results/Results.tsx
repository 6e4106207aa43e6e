import "./results.css";

import { useLayoutEffect, useState } from "react";
import { createPortal } from "react-dom";

import { useSay } from "../words";
import { AnswerView } from "./AnswerView";
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
  return (
    <section className="results" data-view={view} aria-label={say("results")}>
      <div className="results-views" role="group" aria-label={say("resultView")}>
        {VIEWS.map((one) => (
          <button key={one} type="button" aria-pressed={one === view} onClick={() => showView(one)}>
            {say(one)}
          </button>
        ))}
      </div>
      {view !== "json" && (answer ? <AnswerView key={view} answer={answer} view={view} /> : <p>{say("noAnswer")}</p>)}
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
