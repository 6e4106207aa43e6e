import { ExamplesMenu } from "./ExamplesMenu";
import type { Example } from "./examples";
import type { Language } from "./language";
import { LanguageSwitch } from "./LanguageSwitch";
import type { Session } from "./session";
import { SignIn } from "./SignIn";
import { TokenField } from "./TokenField";
import { TokenStatus } from "./TokenStatus";

interface TopBarProps {
  session: Session | null;
  onToken: (token: string) => void;
  language: Language;
  onLanguage: (language: Language) => void;
  examples: Example[];
}

export function TopBar({ session, onToken, language, onLanguage, examples }: TopBarProps) {
  return (
    <header className="top-bar">
      <h1>
        <span lang="zh-CN">灯塔</span> Dengta
      </h1>
      <SignIn session={session} />
      {!session?.refreshToken && <TokenField token={session?.accessToken ?? ""} onToken={onToken} />}
      <TokenStatus session={session} language={language} />
      <ExamplesMenu examples={examples} />
      <LanguageSwitch language={language} onLanguage={onLanguage} />
    </header>
  );
}
