import { useState } from "react";

import { useRevision } from "../changes";
import { graphql } from "../gql";
import type { MemberFilter, MembersQuery } from "../gql/graphql";
import { persisted } from "../register";
import { useFresh } from "../useFresh";
import { useWords, wordFor, type Option } from "../useWords";
import { MemberEditor } from "./MemberEditor";
import { MemberFilters } from "./MemberFilters";

const MembersDocument = persisted(
  graphql(`
    query Members($where: MemberFilter, $first: Int, $after: String, $last: Int, $before: String) {
      members(where: $where, first: $first, after: $after, last: $last, before: $before) {
        totalCount
        pageInfo {
          startCursor
          endCursor
          hasNextPage
          hasPreviousPage
        }
        nodes {
          id
          version
          name
          gender
          birthDate
          education
          phone
          homeAddress
          branch {
            name
          }
        }
      }
    }
  `),
);

const ON_A_PAGE = 20;

export type ListedMember = MembersQuery["members"]["nodes"][number];
type Place = { first: number; after?: string | null } | { last: number; before?: string | null };

export function MemberList() {
  const [where, setWhere] = useState<MemberFilter>({});
  const [place, setPlace] = useState<Place>({ first: ON_A_PAGE });
  const [edited, setEdited] = useState<ListedMember | null>(null);
  const words = useWords();
  const variables = { where, ...place };
  const { data, error, fetching } = useFresh({ query: MembersDocument, variables }, useRevision().members);
  const page = data?.members;

  const search = (next: MemberFilter) => {
    setWhere(next);
    setPlace({ first: ON_A_PAGE });
  };
  return (
    <section aria-labelledby="members">
      <h2 id="members">党员</h2>
      <MemberFilters educations={words("education")} onSearch={search} />
      {error && <p role="alert">{error.message}</p>}
      <p role="status">{page ? `共 ${page.totalCount} 名党员` : fetching && "正在查询…"}</p>
      {page && <MemberTable members={page.nodes} words={words} onEdit={setEdited} />}
      {page && (
        <nav aria-label="翻页">
          <button
            type="button"
            disabled={!page.pageInfo.hasPreviousPage}
            onClick={() => setPlace({ last: ON_A_PAGE, before: page.pageInfo.startCursor })}
          >
            上一页
          </button>
          <button
            type="button"
            disabled={!page.pageInfo.hasNextPage}
            onClick={() => setPlace({ first: ON_A_PAGE, after: page.pageInfo.endCursor })}
          >
            下一页
          </button>
        </nav>
      )}
      {edited && (
        <MemberEditor
          key={edited.id}
          member={edited}
          educations={words("education")}
          onClose={() => setEdited(null)}
        />
      )}
    </section>
  );
}

interface TableProps {
  members: ListedMember[];
  words: (field: string) => Option[];
  onEdit: (member: ListedMember) => void;
}

function MemberTable({ members, words, onEdit }: TableProps) {
  return (
    <table aria-labelledby="members">
      <thead>
        <tr>
          {["姓名", "性别", "出生日期", "学历", "联系电话", "所在党支部", "操作"].map((heading) => (
            <th key={heading} scope="col">
              {heading}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {members.map((member) => (
          <tr key={member.id}>
            <th scope="row">{member.name}</th>
            <td>{wordFor(words("gender"), member.gender)}</td>
            <td>{member.birthDate}</td>
            <td>{wordFor(words("education"), member.education)}</td>
            <td>{member.phone}</td>
            <td>{member.branch.name}</td>
            <td>
              <button type="button" aria-label={`修改 ${member.name}`} onClick={() => onEdit(member)}>
                修改
              </button>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
