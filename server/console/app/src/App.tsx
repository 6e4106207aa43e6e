import { DOC_EXPLORER_PLUGIN, DocExplorerStore } from "@graphiql/plugin-doc-explorer";
import { HISTORY_PLUGIN, HistoryStore } from "@graphiql/plugin-history";
import { GraphiQLProvider } from "@graphiql/react";
import { GraphiQL, GraphiQLInterface } from "graphiql";
import { useMemo } from "react";

import { type Example, exampleTabs } from "./examples";
import { createFetcher } from "./fetcher";
import { useLanguage } from "./language";
import { SchemaNotice } from "./SchemaNotice";
import { ShowStoredTab } from "./ShowStoredTab";
import { useToken } from "./token";
import { TopBar } from "./TopBar";

const PLUGINS = [DOC_EXPLORER_PLUGIN, HISTORY_PLUGIN];

export function App({ examples }: { examples: Example[] }) {
  const [token, changeToken] = useToken();
  const [language, setLanguage] = useLanguage();
  const fetcher = useMemo(() => createFetcher(token, language), [token, language]);
  const tabs = useMemo(() => exampleTabs(examples), [examples]);

  return (
    <GraphiQLProvider
      fetcher={fetcher}
      // Null keeps GraphiQL from asking for a schema that the server would refuse.
      schema={token ? undefined : null}
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
            token={token}
            onToken={changeToken}
            language={language}
            onLanguage={setLanguage}
            examples={examples}
          />
          <SchemaNotice token={token} />
          <ShowStoredTab />
          <GraphiQLInterface defaultEditorToolsVisibility="variables" showPersistHeadersSettings={false}>
            <GraphiQL.Logo>GraphiQL</GraphiQL.Logo>
          </GraphiQLInterface>
        </DocExplorerStore>
      </HistoryStore>
    </GraphiQLProvider>
  );
}
