import { markdown } from "@graphiql/react";

import { splitDescription } from "./results/terms";

/**
 * 术语在前: descriptions begin with their Chinese term, which the docs set apart from the English that follows, each
 * marked with its language.
 */
export function setTermsApart(): void {
  markdown.core.ruler.push("chinese term", ({ tokens, Token }) => {
    const [paragraph, inline] = tokens;
    const text = inline?.children?.[0];
    const description = text?.type === "text" && splitDescription(text.content);
    if (!description) return;
    const open = new Token("strong_open", "strong", 1);
    open.attrSet("lang", "zh-CN");
    const term = new Token("text", "", 0);
    term.content = description["zh-CN"];
    text.content = ` ${description.en}`;
    paragraph!.attrSet("lang", "en");
    inline!.children!.unshift(open, term, new Token("strong_close", "strong", -1));
  });
}
