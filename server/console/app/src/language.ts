import { createContext, useContext, useEffect, useState } from "react";

const STORAGE_KEY = "dengta.language";

export type Language = "zh-CN" | "en";

export const LanguageContext = createContext<Language>("zh-CN");

export function useChosenLanguage(): Language {
  return useContext(LanguageContext);
}

/** For what is no component: the language the page is in. */
export function currentLanguage(): Language {
  return document.documentElement.lang === "en" ? "en" : "zh-CN";
}

export function useLanguage(): [Language, (language: Language) => void] {
  const [language, setLanguage] = useState<Language>(readLanguage);
  useEffect(() => {
    document.documentElement.lang = language;
    localStorage.setItem(STORAGE_KEY, language);
  }, [language]);
  return [language, setLanguage];
}

/** What was chosen here before, or else what the browser asks for. */
function readLanguage(): Language {
  const wanted = localStorage.getItem(STORAGE_KEY) ?? navigator.language;
  return wanted.startsWith("zh") ? "zh-CN" : "en";
}
