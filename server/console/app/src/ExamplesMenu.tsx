import { DropdownMenu, pick, useGraphiQL, useGraphiQLActions } from "@graphiql/react";

import type { Example } from "./examples";
import { useSay } from "./words";

export function ExamplesMenu({ examples }: { examples: Example[] }) {
  const say = useSay();
  const openExample = useOpenExample();
  return (
    <DropdownMenu modal={false}>
      <DropdownMenu.Button className="examples-button" disabled={examples.length === 0}>
        {say("examples")}
      </DropdownMenu.Button>
      <DropdownMenu.Content align="end" className="examples-menu">
        {examples.map((example) => (
          <DropdownMenu.Item key={example.name} onSelect={() => openExample(example)}>
            {example.title}
          </DropdownMenu.Item>
        ))}
      </DropdownMenu.Content>
    </DropdownMenu>
  );
}

/** Goes to the tab that still holds the example, or opens a new one. */
function useOpenExample(): (example: Example) => void {
  const { addTab, changeTab } = useGraphiQLActions();
  const { tabs, queryEditor, variableEditor } = useGraphiQL(pick("tabs", "queryEditor", "variableEditor"));
  return ({ query, variables }) => {
    const index = tabs.findIndex((tab) => tab.query === query);
    if (index >= 0) return changeTab(index);
    addTab();
    queryEditor?.setValue(query);
    variableEditor?.setValue(variables ?? "");
  };
}
