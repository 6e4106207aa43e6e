import { ExamplesMenu } from "./ExamplesMenu";
import type { Example } from "./examples";
import type { Language } from "./language";
import { LanguageSwitch } from "./LanguageSwitch";
import { TokenField } from "./TokenField";
import { TokenStatus } from "./TokenStatus";

interface TopBarProps {
  token: string;
  onToken: (token: string) => void;
  language: Language;
  onLanguage: (language: Language) => void;
  examples: Example[];
}

export function TopBar({ token, onToken, language, onLanguage, examples }: TopBarProps) {
  return (
    <header className="top-bar">
      <h1>
        <span lang="zh-CN">灯塔</span> Dengta
      </h1>
      <TokenField token={token} onToken={onToken} />
      <TokenStatus token={token} language={language} />
      <ExamplesMenu examples={examples} />
      <LanguageSwitch language={language} onLanguage={onLanguage} />
    </header>
  );
}
