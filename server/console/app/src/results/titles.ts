import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  getNamedType,
  getOperationAST,
  type GraphQLNamedType,
  type GraphQLSchema,
  isCompositeType,
  isEnumType,
  Kind,
  type SelectionNode,
} from "graphql";

import type { Language } from "../language";
import { below, type Cell } from "./lists";
import { codeTermOf, type Term, termOf } from "./terms";

/** 列名: what the schema calls the fields of an answer, and the codes in them. */

export interface Title {
  term: Term;
  /** The codes of an enum with their names; null where the values are no codes. */
  codes: Map<string, Term> | null;
}

/** By place in the answer: `members.nodes.branch.name`. */
export type Titles = Map<string, Title>;

export function titlesOf(schema: GraphQLSchema, document: DocumentNode, operationName?: string): Titles {
  const operation = getOperationAST(document, operationName) ?? getOperationAST(document);
  const root = operation && schema.getRootType(operation.operation);
  const titles: Titles = new Map();
  const gathering = { schema, titles, fragments: fragmentsOf(document) };
  if (operation && root) collect(operation.selectionSet.selections, root, "", gathering);
  return titles;
}

interface Gathering {
  schema: GraphQLSchema;
  titles: Titles;
  fragments: Map<string, FragmentDefinitionNode>;
}

function fragmentsOf(document: DocumentNode): Map<string, FragmentDefinitionNode> {
  const fragments = document.definitions.filter((definition) => definition.kind === Kind.FRAGMENT_DEFINITION);
  return new Map(fragments.map((fragment) => [fragment.name.value, fragment]));
}

function collect(
  selections: readonly SelectionNode[],
  type: GraphQLNamedType,
  path: string,
  gathering: Gathering,
): void {
  for (const node of selections) {
    if (node.kind === Kind.FIELD) collectField(node, type, path, gathering);
    else collectFragment(node, type, path, gathering);
  }
}

function collectFragment(
  node: Exclude<SelectionNode, FieldNode>,
  type: GraphQLNamedType,
  path: string,
  gathering: Gathering,
): void {
  const fragment = node.kind === Kind.INLINE_FRAGMENT ? node : gathering.fragments.get(node.name.value);
  const condition = fragment?.typeCondition && gathering.schema.getType(fragment.typeCondition.name.value);
  collect(fragment?.selectionSet.selections ?? [], condition ?? type, path, gathering);
}

function collectField(node: FieldNode, type: GraphQLNamedType, path: string, gathering: Gathering): void {
  const field = "getFields" in type ? type.getFields()[node.name.value] : undefined;
  if (!field) return;
  const place = below(path, node.alias?.value ?? node.name.value);
  const named = getNamedType(field.type);
  gathering.titles.set(place, { term: termOf(field.description, node.name.value), codes: codesOf(named) });
  if (isCompositeType(named)) collect(node.selectionSet?.selections ?? [], named, place, gathering);
}

function codesOf(type: GraphQLNamedType): Map<string, Term> | null {
  if (!isEnumType(type)) return null;
  return new Map(type.getValues().map(({ name, description }) => [name, codeTermOf(description, name)]));
}

/** A column below other records carries their names too: 所在党支部 · 名称. */
export function columnTitle(titles: Titles, prefix: string, column: string, language: Language): string {
  const steps = column.split(".");
  const places = steps.map((_, index) => below(prefix, steps.slice(0, index + 1).join(".")));
  return places.map((place, index) => titles.get(place)?.term[language] ?? steps[index]!).join(" · ");
}

/** Codes as people say them; other values as they are. */
export function spokenCell(title: Title | undefined, cell: Cell, language: Language): Cell {
  if (typeof cell === "boolean") return YES_OR_NO[language][Number(cell)]!;
  return typeof cell === "string" ? (title?.codes?.get(cell)?.[language] ?? cell) : cell;
}

const YES_OR_NO = { "zh-CN": ["否", "是"], en: ["no", "yes"] };
