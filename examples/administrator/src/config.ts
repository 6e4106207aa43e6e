/** Where the register is, and as which application this page signs in: a file beside the page, so that one build serves all. */
export interface Config {
  register: string;
  client: string;
}

export const config: Config = await (await fetch("config.json", { cache: "no-cache" })).json();
