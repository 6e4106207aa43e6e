// As a front end with Relay writes it: a page of a connection, paged further, and a mutation.
import { graphql } from "relay-runtime";

export const query = graphql`
  query membersQuery($where: MemberFilter) {
    ...members_list @arguments(where: $where)
    viewer {
      role
    }
  }
`;

export const list = graphql`
  fragment members_list on Query
  @refetchable(queryName: "membersPageQuery")
  @argumentDefinitions(first: { type: "Int", defaultValue: 20 }, after: { type: "String" }, where: { type: "MemberFilter" }) {
    members(first: $first, after: $after, where: $where) @connection(key: "members_members") {
      edges {
        node {
          id
          ...members_row
        }
      }
    }
  }
`;

export const row = graphql`
  fragment members_row on Member {
    name
    version
    branch {
      name
    }
  }
`;

export const update = graphql`
  mutation membersUpdateMutation($input: UpdateMemberInput!) {
    updateMember(input: $input) {
      member {
        ...members_row
      }
      errors {
        code
        message
        path
      }
    }
  }
`;
