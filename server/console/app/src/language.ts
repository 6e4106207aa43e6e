import { useEffect, useState } from "react";

const STORAGE_KEY = "dengta.language";

export type Language = "zh-CN" | "en";

export function useLanguage(): [Language, (language: Language) => void] {
  const [language, setLanguage] = useState<Language>(readStoredLanguage);
  useEffect(() => {
    document.documentElement.lang = language;
    localStorage.setItem(STORAGE_KEY, language);
  }, [language]);
  return [language, setLanguage];
}

function readStoredLanguage(): Language {
  return localStorage.getItem(STORAGE_KEY) === "en" ? "en" : "zh-CN";
}
