import { useQuery } from "urql";

import { FollowChanges } from "./changes";
import { graphql } from "./gql";
import { MemberList } from "./members/MemberList";
import { persisted } from "./register";
import { RequestsAsked, RequestsToDecide } from "./requests/RequestList";
import { useSession } from "./session";
import { beginSignIn, signOut } from "./signIn";

const ViewerDocument = persisted(
  graphql(`
    query Viewer {
      viewer {
        tier
        organization {
          name
        }
      }
    }
  `),
);

export function App({ problem }: { problem: string | null }) {
  const session = useSession();
  return session === null ? <SignIn problem={problem} /> : <Desk />;
}

function SignIn({ problem }: { problem: string | null }) {
  return (
    <main>
      <h1>党员管理（示例）</h1>
      {problem && <p role="alert">登录未完成：{problem}</p>}
      <button type="button" onClick={() => void beginSignIn()}>
        登录
      </button>
    </main>
  );
}

function Desk() {
  const [{ data, error }] = useQuery({ query: ViewerDocument });
  return (
    <FollowChanges>
      <header>
        <h1>党员管理（示例）</h1>
        <p>{data?.viewer.organization.name}</p>
        <button type="button" onClick={() => void signOut()}>
          退出
        </button>
      </header>
      <main>
        {error && <p role="alert">{error.message}</p>}
        <RequestsToDecide />
        <RequestsAsked />
        <MemberList />
      </main>
    </FollowChanges>
  );
}
