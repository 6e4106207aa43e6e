import type { FormEvent } from "react";

import type { Education, MemberFilter, MemberNameFilter } from "../gql/graphql";
import type { Option } from "../useWords";

const NAME_METHODS: { method: keyof MemberNameFilter; label: string }[] = [
  { method: "fuzzy", label: "模糊查询" },
  { method: "exact", label: "精准查询" },
  { method: "prefix", label: "左匹配查询" },
  { method: "suffix", label: "右匹配查询" },
  { method: "pinyin", label: "拼音查询" },
];

interface Props {
  educations: Option[];
  onSearch: (where: MemberFilter) => void;
}

export function MemberFilters({ educations, onSearch }: Props) {
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    onSearch(conditions(new FormData(event.currentTarget)));
  };
  return (
    <form role="search" aria-label="查询条件" onSubmit={submit}>
      <label>
        姓名
        <input name="name" />
      </label>
      <label>
        查询方法
        <select name="method">
          {NAME_METHODS.map(({ method, label }) => (
            <option key={method} value={method}>
              {label}
            </option>
          ))}
        </select>
      </label>
      <label>
        学历（可多选）
        <select name="education" multiple size={3}>
          {educations.map(({ value, label }) => (
            <option key={value} value={value}>
              {label}
            </option>
          ))}
        </select>
      </label>
      <fieldset>
        <legend>出生日期</legend>
        <label>
          自 <input name="from" type="date" />
        </label>
        <label>
          至 <input name="to" type="date" />
        </label>
      </fieldset>
      <button type="submit">查询</button>
    </form>
  );
}

/** What was left empty may go along: to the register an empty condition is none. */
function conditions(form: FormData): MemberFilter {
  const text = (name: string) => String(form.get(name) ?? "").trim() || null;
  return {
    name: { [text("method") as keyof MemberNameFilter]: text("name") },
    education: { multi: form.getAll("education") as Education[] },
    birthDate: { range: { from: text("from"), to: text("to") } },
  };
}
