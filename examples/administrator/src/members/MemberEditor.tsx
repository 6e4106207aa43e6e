import { useEffect, useRef, useState, type FormEvent } from "react";
import { useMutation } from "urql";

import { AskToLeave } from "../requests/AskToLeave";
import { graphql } from "../gql";
import type { UpdateMemberInput, UpdateMemberMutation } from "../gql/graphql";
import { persisted } from "../register";
import type { Option } from "../useWords";
import { Problems, problemsAt } from "../Problems";
import type { ListedMember } from "./MemberList";

const UpdateMemberDocument = persisted(
  graphql(`
    mutation UpdateMember($input: UpdateMemberInput!) {
      updateMember(input: $input) {
        member {
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
        errors {
          code
          message
          path
        }
      }
    }
  `),
);

type Errors = UpdateMemberMutation["updateMember"]["errors"];

interface Props {
  member: ListedMember;
  educations: Option[];
  onClose: () => void;
}

/** Saves under the version that was shown. Whoever was faster is not overwritten: their values are shown first. */
export function MemberEditor({ member, educations, onClose }: Props) {
  const dialog = useRef<HTMLDialogElement>(null);
  const [shown, setShown] = useState(member);
  const [errors, setErrors] = useState<Errors>([]);
  const [{ fetching, error }, update] = useMutation(UpdateMemberDocument);
  useEffect(() => {
    if (!dialog.current?.open) dialog.current?.showModal();
  }, []);

  const save = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const { id, version } = shown;
    const changes = whatChanged(shown, new FormData(event.currentTarget));
    const { data } = await update({ input: { idempotencyKey: crypto.randomUUID(), id, version, ...changes } });
    if (!data) return; // `error` says why
    setErrors(data.updateMember.errors);
    if (data.updateMember.errors.length === 0) return onClose();
    const current = data.updateMember.member;
    if (current && data.updateMember.errors.some(({ code }) => code === "CONFLICT")) setShown(current);
  };
  return (
    <dialog ref={dialog} aria-labelledby="editor" onClose={onClose}>
      <h2 id="editor">修改党员信息：{shown.name}</h2>
      {/* With another version come other values, and the form begins anew with them. */}
      <form key={shown.version} onSubmit={(event) => void save(event)}>
        <Problems errors={problemsAt(errors, null)} more={error?.message} />
        <label>
          联系电话
          <input name="phone" defaultValue={shown.phone ?? ""} aria-describedby="phone-problems" />
        </label>
        <Problems id="phone-problems" errors={problemsAt(errors, "phone")} />
        <label>
          家庭住址
          <input name="homeAddress" defaultValue={shown.homeAddress ?? ""} aria-describedby="address-problems" />
        </label>
        <Problems id="address-problems" errors={problemsAt(errors, "homeAddress")} />
        <label>
          学历
          <select name="education" defaultValue={shown.education ?? ""}>
            <option value=""></option>
            {educations.map(({ value, label }) => (
              <option key={value} value={value}>
                {label}
              </option>
            ))}
          </select>
        </label>
        <Problems errors={problemsAt(errors, "education")} />
        <button type="submit" disabled={fetching}>
          保存
        </button>
        <button type="button" onClick={onClose}>
          取消
        </button>
      </form>
      <AskToLeave memberId={shown.id} />
    </dialog>
  );
}

const FIELDS = ["phone", "homeAddress", "education"] as const;

/** Nothing else is sent: what is shown masked (138****1234) would else be saved as it is shown. */
function whatChanged(shown: ListedMember, form: FormData): Partial<UpdateMemberInput> {
  const written = FIELDS.map((field) => [field, String(form.get(field) ?? "").trim() || null] as const);
  return Object.fromEntries(written.filter(([field, value]) => value !== shown[field]));
}
