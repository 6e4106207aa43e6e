import type { Language } from "./language";
import { useSay } from "./words";

const LANGUAGES: { language: Language; name: string }[] = [
  { language: "zh-CN", name: "中文" },
  { language: "en", name: "English" },
];

interface LanguageSwitchProps {
  language: Language;
  onLanguage: (language: Language) => void;
}

export function LanguageSwitch({ language: chosen, onLanguage }: LanguageSwitchProps) {
  const say = useSay();
  return (
    <div className="language-switch" role="group" aria-label={say("languageSwitch")}>
      {LANGUAGES.map(({ language, name }) => (
        <button
          key={language}
          type="button"
          lang={language}
          aria-pressed={language === chosen}
          onClick={() => onLanguage(language)}
        >
          {name}
        </button>
      ))}
    </div>
  );
}
