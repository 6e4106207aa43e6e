import { graphql } from "./gql";
import type { LeavingKind, RequestKind, RequestState } from "./gql/graphql";
import { persisted } from "./register";

/** The register says itself how its codes are called; no list of them is kept here. */
export const WordsDocument = persisted(
  graphql(`
    query Words {
      memberQueryFields {
        path
        options {
          value
          label
        }
      }
    }
  `),
);

/** Codes that are no conditions of the query builder. The compiler sees to it that none is missing. */
export const REQUEST_KINDS: Record<RequestKind, string> = {
  ADMISSION: "新增申请",
  EXPULSION: "出党",
  SUSPENSION: "停止党籍",
  DEATH: "去世",
  OTHER_REMOVAL: "其他原因减少",
  RENAME: "党员更名",
  REAL_NAME_FILING: "实名备案",
};

export const REQUEST_STATES: Record<RequestState, string> = {
  PENDING: "待审批",
  APPROVED: "已通过",
  REJECTED: "未通过",
  WITHDRAWN: "已撤回",
};

export const LEAVING_KINDS: LeavingKind[] = ["EXPULSION", "SUSPENSION", "DEATH", "OTHER_REMOVAL"];
