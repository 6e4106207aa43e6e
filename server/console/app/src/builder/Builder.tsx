import "./builder.css";

import { useSay } from "../words";
import type { FieldsOf } from "./fields";
import { CONNECTIONS } from "./plainList";
import { QueryForm } from "./QueryForm";
import { SavedQueries } from "./SavedQueries";
import { useBuiltQuery } from "./useBuiltQuery";
import { type AskedFields, useQueryFields } from "./useQueryFields";

/** 查询构造器: conditions by "+" and "−", written into the editor as they are made. */
export default function Builder() {
  const say = useSay();
  const asked = useQueryFields();
  return (
    <section className="builder" aria-labelledby="builder-title">
      <h2 id="builder-title" className="builder-title">
        {say("builder")}
      </h2>
      {typeof asked === "object" && "fieldsOf" in asked && isAnyOpen(asked.fieldsOf) ? (
        <Building fieldsOf={asked.fieldsOf} />
      ) : (
        <Waiting asked={asked} />
      )}
    </section>
  );
}

function isAnyOpen(fieldsOf: FieldsOf): boolean {
  return CONNECTIONS.some((connection) => fieldsOf[connection].length > 0);
}

function Waiting({ asked }: { asked: AskedFields }) {
  const say = useSay();
  if (asked === "signed out") return <p>{say("builderSignIn")}</p>;
  if (asked === "loading") return <p role="status">{say("builderLoading")}</p>;
  if ("failure" in asked) return <p role="alert">{say("builderFailed", { reason: asked.failure })}</p>;
  return <p>{say("builderNothing")}</p>;
}

function Building({ fieldsOf }: { fieldsOf: FieldsOf }) {
  const say = useSay();
  const { built, change, begin, turnTo, open } = useBuiltQuery(fieldsOf);
  return (
    <>
      <SavedQueries built={built} fieldsOf={fieldsOf} onOpen={open} />
      {built ? (
        <QueryForm built={built} fieldsOf={fieldsOf} onChange={change} onNew={begin} onTurn={turnTo} />
      ) : (
        <>
          <p>{say("builderForeign")}</p>
          <button type="button" className="builder-primary" onClick={begin}>
            {say("newQuery")}
          </button>
        </>
      )}
    </>
  );
}
