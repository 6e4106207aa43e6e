import { DOC_EXPLORER_PLUGIN, DocExplorerStore } from "@graphiql/plugin-doc-explorer";
import { HISTORY_PLUGIN, HistoryStore } from "@graphiql/plugin-history";
import { GraphiQLProvider } from "@graphiql/react";
import { GraphiQL, GraphiQLInterface } from "graphiql";
import { useMemo } from "react";

import { BUILDER_PLUGIN } from "./builder/plugin";
import { type Example, exampleTabs } from "./examples";
import { createFetcher } from "./fetcher";
import { LanguageContext, useLanguage } from "./language";
import { Results } from "./results/Results";
import { SchemaNotice } from "./SchemaNotice";
import { ShowStoredTab } from "./ShowStoredTab";
import { useSession } from "./session";
import { acceptToken, useTokensFromAddress } from "./token";
import { TopBar } from "./TopBar";

const PLUGINS = [BUILDER_PLUGIN, DOC_EXPLORER_PLUGIN, HISTORY_PLUGIN];

interface AppProps {
  examples: Example[];
  /** Why the sign-in that just came back failed. */
  signInFailure: string | null;
}

export function App({ examples, signInFailure }: AppProps) {
  useTokensFromAddress();
  const session = useSession();
  const isSignedIn = session !== null;
  // A refreshed token is the same person's: only another person, or a pasted token, asks for the schema anew.
  const who = session?.idToken ?? session?.accessToken ?? "";
  const [language, setLanguage] = useLanguage();
  const fetcher = useMemo(() => createFetcher(), [who]);
  const tabs = useMemo(() => exampleTabs(examples), [examples]);

  return (
    <LanguageContext value={language}>
      <GraphiQLProvider
        fetcher={fetcher}
        // Null keeps GraphiQL from asking for a schema that the server would refuse.
        schema={isSignedIn ? undefined : null}
        schemaDescription
        inputValueDeprecation
        defaultTabs={tabs.length > 0 ? tabs : undefined}
        plugins={PLUGINS}
        referencePlugin={DOC_EXPLORER_PLUGIN}
        // Request headers may hold a token, which must not outlive the session.
        shouldPersistHeaders={false}
      >
        <HistoryStore>
          <DocExplorerStore>
            <TopBar
              session={session}
              onToken={acceptToken}
              language={language}
              onLanguage={setLanguage}
              examples={examples}
            />
            <SchemaNotice isSignedIn={isSignedIn} signInFailure={signInFailure} />
            <ShowStoredTab />
            <GraphiQLInterface defaultEditorToolsVisibility="variables" showPersistHeadersSettings={false}>
              <GraphiQL.Logo>GraphiQL</GraphiQL.Logo>
              <Results />
            </GraphiQLInterface>
          </DocExplorerStore>
        </HistoryStore>
      </GraphiQLProvider>
    </LanguageContext>
  );
}
