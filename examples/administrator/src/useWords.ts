import { useMemo } from "react";
import { useQuery } from "urql";

import { WordsDocument } from "./words";

export interface Option {
  value: string;
  label: string;
}

/** Field of a member → its codes with their Chinese names, as the register gives them to this caller. */
export function useWords(): (field: string) => Option[] {
  const [{ data }] = useQuery({ query: WordsDocument });
  return useMemo(() => {
    const byField = new Map(data?.memberQueryFields.map((field) => [field.path.join("."), field.options]));
    return (field) => byField.get(field) ?? [];
  }, [data]);
}

export const wordFor = (options: Option[], value: string | null | undefined): string =>
  options.find((option) => option.value === value)?.label ?? value ?? "";
