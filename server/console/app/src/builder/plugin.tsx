import type { GraphiQLPlugin } from "@graphiql/react";
import { lazy, Suspense } from "react";

const Builder = lazy(() => import("./Builder"));

/** The title is also the name under which GraphiQL remembers what was open, so it is the same in both languages. */
export const BUILDER_PLUGIN: GraphiQLPlugin = {
  title: "查询构造器 Query builder",
  icon: BuilderIcon,
  content: () => (
    <Suspense>
      <Builder />
    </Suspense>
  ),
};

function BuilderIcon() {
  return (
    <svg
      viewBox="0 0 24 24"
      width="1em"
      height="1em"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.5"
      aria-hidden="true"
    >
      <path d="M3 5h18l-7 8.5V20l-4-2v-4.5z" strokeLinejoin="round" />
    </svg>
  );
}
