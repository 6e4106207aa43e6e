import type { Language } from "./language";

const LANGUAGES: { language: Language; name: string }[] = [
  { language: "zh-CN", name: "中文" },
  { language: "en", name: "English" },
];

interface LanguageSwitchProps {
  language: Language;
  onLanguage: (language: Language) => void;
}

export function LanguageSwitch({ language: chosen, onLanguage }: LanguageSwitchProps) {
  return (
    <div className="language-switch" role="group" aria-label="回答的语言 Language of the answers">
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
