export interface Example {
  name: string;
  title: string;
  query: string;
  variables?: string;
}

/** The console is of use without its examples, so a failure here is no reason to show nothing. */
export async function loadExamples(): Promise<Example[]> {
  try {
    const response = await fetch("/console/examples.json");
    return response.ok ? ((await response.json()) as Example[]) : [];
  } catch {
    return [];
  }
}

export function exampleTabs(examples: Example[]): { query: string; variables: string | null }[] {
  return examples.map(({ query, variables }) => ({ query, variables: variables ?? null }));
}
