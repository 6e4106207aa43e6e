import type { Fetcher, FetcherParams } from "@graphiql/toolkit";
import {
  type ExecutionResult,
  getOperationAST,
  GraphQLError,
  type OperationDefinitionNode,
  OperationTypeNode,
  parse,
} from "graphql";
import { createClient, type Client } from "graphql-ws";

import { currentLanguage } from "./language";
import { freshToken } from "./signIn";

const ENDPOINT = "/graphql";
const INTROSPECTION = "IntrospectionQuery";

export function createFetcher(): Fetcher {
  const client = createSubscriptionClient();
  return (params, options) => {
    const operation = findOperation(params);
    const request = operation ? { ...params, operationName: operation.name?.value } : params;
    return operation?.operation === OperationTypeNode.SUBSCRIPTION
      ? subscribe(client, request)
      : post(request, options?.headers);
  };
}

/**
 * GraphiQL learns what a tab holds a moment after showing it, and until then names the operation of the tab before.
 * So the text decides, and the name only chooses among several operations.
 */
function findOperation({ query, operationName }: FetcherParams): OperationDefinitionNode | null {
  try {
    const document = parse(query);
    return getOperationAST(document, operationName) ?? getOperationAST(document) ?? null;
  } catch {
    return null; // the server explains a syntax error better
  }
}

/** What the console itself asks; a refusal is raised with the server's own words. */
export async function ask<Data>(query: string, variables: object): Promise<Data> {
  const { data, errors } = await post({ query, variables });
  if (errors?.[0]) throw new Error(errors[0].message);
  return data as Data;
}

async function authorization(): Promise<string | null> {
  const token = await freshToken();
  return token ? `Bearer ${token}` : null;
}

async function requestHeaders(): Promise<Record<string, string>> {
  const bearer = await authorization();
  return {
    "Content-Type": "application/json",
    Accept: "application/graphql-response+json, application/json",
    "Accept-Language": currentLanguage(),
    ...(bearer && { Authorization: bearer }),
  };
}

/** Failures are answered as results: what GraphiQL catches it prints with its stack. */
async function post(request: FetcherParams, written: Record<string, string> = {}): Promise<ExecutionResult> {
  const signal = request.operationName === INTROSPECTION ? supersedeIntrospection() : null;
  try {
    const headers = { ...(await requestHeaders()), ...written };
    const response = await fetch(ENDPOINT, { method: "POST", headers, body: JSON.stringify(request), signal });
    return isJson(response) ? await response.json() : failure(`HTTP ${response.status} ${response.statusText}`);
  } catch (reason) {
    if (signal?.aborted) throw reason;
    return failure(String(reason));
  }
}

let latestIntrospection = new AbortController();

/** GraphiQL would show the late refusal of an earlier token as that of the present one. */
function supersedeIntrospection(): AbortSignal {
  latestIntrospection.abort();
  latestIntrospection = new AbortController();
  return latestIntrospection.signal;
}

function isJson(response: Response): boolean {
  return /^application\/(.+\+)?json\b/.test(response.headers.get("Content-Type") ?? "");
}

function createSubscriptionClient(): Client {
  return createClient({
    url: `${location.protocol === "https:" ? "wss:" : "ws:"}//${location.host}${ENDPOINT}`,
    connectionParams: async () => ({ authorization: await authorization() }),
    // A lost connection is to be seen at once, not tried again behind the reader's back.
    retryAttempts: 0,
  });
}

function subscribe(client: Client, request: FetcherParams): AsyncIterable<ExecutionResult> {
  const results = client.iterate({ ...request, operationName: request.operationName ?? undefined });
  return {
    [Symbol.asyncIterator]: () => ({
      next: () => results.next().catch((reason: unknown) => ({ value: subscriptionFailure(reason) })),
      return: () => results.return!(),
    }),
  } as AsyncIterable<ExecutionResult>;
}

function subscriptionFailure(reason: unknown): ExecutionResult {
  if (Array.isArray(reason)) return { errors: reason };
  if (reason instanceof CloseEvent) return failure(`WebSocket ${reason.code} ${reason.reason}`);
  return failure(reason instanceof Error ? reason.message : "WebSocket connection failed");
}

function failure(message: string): ExecutionResult {
  return { errors: [new GraphQLError(message.trim())] };
}
