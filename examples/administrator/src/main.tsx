import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { Provider } from "urql";

import { App } from "./App";
import { register } from "./register";
import { completeSignIn } from "./signIn";
import "./page.css";

const problem = await completeSignIn().then(
  () => null,
  (reason: unknown) => String(reason),
);

createRoot(document.getElementById("page")!).render(
  <StrictMode>
    <Provider value={register}>
      <App problem={problem} />
    </Provider>
  </StrictMode>,
);
