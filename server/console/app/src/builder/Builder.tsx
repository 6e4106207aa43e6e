import "./builder.css";

import { useSay } from "../words";
import type { QueryField } from "./fields";
import { QueryForm } from "./QueryForm";
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
      {typeof asked === "object" && "fields" in asked && asked.fields.length > 0 ? (
        <Building fields={asked.fields} />
      ) : (
        <Waiting asked={asked} />
      )}
    </section>
  );
}

function Waiting({ asked }: { asked: AskedFields }) {
  const say = useSay();
  if (asked === "signed out") return <p>{say("builderSignIn")}</p>;
  if (asked === "loading") return <p role="status">{say("builderLoading")}</p>;
  if ("failure" in asked) return <p role="alert">{say("builderFailed", { reason: asked.failure })}</p>;
  return <p>{say("builderNothing")}</p>;
}

function Building({ fields }: { fields: QueryField[] }) {
  const say = useSay();
  const { built, change, begin } = useBuiltQuery(fields);
  if (built) return <QueryForm built={built} fields={fields} onChange={change} onNew={begin} />;
  return (
    <>
      <p>{say("builderForeign")}</p>
      <button type="button" className="builder-primary" onClick={begin}>
        {say("newQuery")}
      </button>
    </>
  );
}
