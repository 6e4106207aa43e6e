import "./workers";
import "@graphiql/react/style.css";
import "@graphiql/plugin-doc-explorer/style.css";
import "@graphiql/plugin-history/style.css";
import "graphiql/graphiql.css";
import "./console.css";

import { createRoot } from "react-dom/client";

import { App } from "./App";
import { setTermsApart } from "./descriptions";
import { loadExamples } from "./examples";
import { completeSignIn } from "./signIn";
import { takeTokenFromAddress } from "./token";

// Before anything else runs, so that the token stands in the address bar for as short a time as possible.
takeTokenFromAddress();

// GraphiQL asks for its editor only once it is on the page; asking now spares the reader the wait.
void import("monaco-graphql/esm/monaco-editor.js");

setTermsApart();

const [examples, signInFailure] = await Promise.all([loadExamples(), completeSignIn()]);
createRoot(document.getElementById("console")!).render(<App examples={examples} signInFailure={signInFailure} />);
