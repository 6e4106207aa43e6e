import { ask } from "../fetcher";

export interface FoundOrganization {
  id: string;
  name: string;
  memberCount: number;
  parent: { name: string } | null;
}

const MOST_FOUND = 20;

const FIND = `query FindOrganizations($where: OrganizationFilter, $first: Int) {
  organizations(where: $where, first: $first) { nodes { id name memberCount parent { name } } }
}`;

const NAME = `query OrganizationName($id: ID!) { organization(id: $id) { name } }`;

/** By a part of the name; without one the highest of the tree. */
export async function findOrganizations(name: string): Promise<FoundOrganization[]> {
  const where = name.trim() === "" ? {} : { name: { fuzzy: name.trim() } };
  const answer = await ask<{ organizations: { nodes: FoundOrganization[] } }>(FIND, { where, first: MOST_FOUND });
  return answer.organizations.nodes;
}

/** Null for an organisation that is not in the caller's scope. */
export async function organizationName(id: string): Promise<string | null> {
  const { organization } = await ask<{ organization: { name: string } | null }>(NAME, { id });
  return organization?.name ?? null;
}
