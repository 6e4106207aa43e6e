import * as oauth from "oauth4webapi";

import { type Session, dropSession, readSession, storeSession } from "./session";

/** Signing in by OpenID Connect: authorization code with PKCE, at the server that the page came from. */

const CLIENT: oauth.Client = { client_id: "dengta-console" };
const SCOPE = "openid profile";
const PENDING_KEY = "dengta.sign-in";
const EARLY_MILLISECONDS = 30_000;

interface Pending {
  state: string;
  nonce: string;
  verifier: string;
}

/** Leaves the page; the server's sign-in pages come back to it. */
export async function beginSignIn(): Promise<void> {
  const server = await authorizationServer();
  const pending: Pending = {
    state: oauth.generateRandomState(),
    nonce: oauth.generateRandomNonce(),
    verifier: oauth.generateRandomCodeVerifier(),
  };
  sessionStorage.setItem(PENDING_KEY, JSON.stringify(pending));
  const place = new URL(server.authorization_endpoint!);
  place.search = new URLSearchParams({
    response_type: "code",
    client_id: CLIENT.client_id,
    redirect_uri: redirectUri(),
    scope: SCOPE,
    state: pending.state,
    nonce: pending.nonce,
    code_challenge: await oauth.calculatePKCECodeChallenge(pending.verifier),
    code_challenge_method: "S256",
  }).toString();
  location.assign(place);
}

/** Takes the answer of the sign-in pages out of the address; null when there is none, a sentence when it failed. */
export async function completeSignIn(): Promise<string | null> {
  const answer = new URL(location.href);
  const stored = sessionStorage.getItem(PENDING_KEY);
  if (!answer.searchParams.has("state")) return null;
  history.replaceState(history.state, "", location.pathname);
  if (stored === null) return null; // an old address, opened again
  sessionStorage.removeItem(PENDING_KEY);
  try {
    storeSession(await exchanged(answer, JSON.parse(stored)));
    return null;
  } catch (reason) {
    return described(reason);
  }
}

async function exchanged(answer: URL, pending: Pending): Promise<Session> {
  const server = await authorizationServer();
  const parameters = oauth.validateAuthResponse(server, CLIENT, answer, pending.state);
  const response = await oauth.authorizationCodeGrantRequest(
    server,
    CLIENT,
    oauth.None(),
    parameters,
    redirectUri(),
    pending.verifier,
    insecureAllowed(),
  );
  const tokens = await oauth.processAuthorizationCodeResponse(server, CLIENT, response, {
    expectedNonce: pending.nonce,
    requireIdToken: true,
  });
  return sessionOf(tokens);
}

let refreshing: Promise<string> | null = null;

/** An access token that is good for a while yet, fetched anew when need be; empty when nobody is signed in. */
export function freshToken(): Promise<string> {
  const session = readSession();
  if (session === null) return Promise.resolve("");
  const isGood = session.expiresAt === null || session.expiresAt - Date.now() > EARLY_MILLISECONDS;
  if (isGood || !session.refreshToken) return Promise.resolve(session.accessToken);
  refreshing ??= refreshed(session).finally(() => (refreshing = null));
  return refreshing;
}

async function refreshed(session: Session): Promise<string> {
  try {
    const server = await authorizationServer();
    const response = await oauth.refreshTokenGrantRequest(
      server,
      CLIENT,
      oauth.None(),
      session.refreshToken!,
      insecureAllowed(),
    );
    const next = sessionOf(await oauth.processRefreshTokenResponse(server, CLIENT, response));
    storeSession({ ...next, idToken: next.idToken ?? session.idToken });
    return next.accessToken;
  } catch (reason) {
    if (reason instanceof oauth.ResponseBodyError) dropSession(); // refused for good; a lost network is not
    return "";
  }
}

/** Ends the session here and at the server, which then comes back to this page. */
export async function signOut(): Promise<void> {
  const session = readSession();
  dropSession();
  if (session?.refreshToken === undefined) return;
  const server = await authorizationServer();
  const token = session.refreshToken;
  await oauth.processRevocationResponse(
    await oauth.revocationRequest(server, CLIENT, oauth.None(), token, insecureAllowed()),
  );
  if (server.end_session_endpoint === undefined) return;
  const place = new URL(server.end_session_endpoint);
  place.searchParams.set("post_logout_redirect_uri", redirectUri());
  place.searchParams.set("client_id", CLIENT.client_id);
  if (session.idToken) place.searchParams.set("id_token_hint", session.idToken);
  location.assign(place);
}

async function authorizationServer(): Promise<oauth.AuthorizationServer> {
  const issuer = new URL(location.origin);
  const response = await oauth.discoveryRequest(issuer, { ...insecureAllowed(), algorithm: "oidc" });
  return oauth.processDiscoveryResponse(issuer, response);
}

/** Plain HTTP is for this machine alone, where the demo and the tests are. */
function insecureAllowed(): { [oauth.allowInsecureRequests]?: boolean } {
  const isLocal = ["127.0.0.1", "localhost", "[::1]"].includes(location.hostname);
  return { [oauth.allowInsecureRequests]: isLocal };
}

function sessionOf(tokens: oauth.TokenEndpointResponse): Session {
  return {
    accessToken: tokens.access_token,
    refreshToken: tokens.refresh_token,
    idToken: tokens.id_token,
    expiresAt: tokens.expires_in === undefined ? null : Date.now() + tokens.expires_in * 1000,
  };
}

function redirectUri(): string {
  return `${location.origin}/`;
}

export function described(reason: unknown): string {
  if (reason instanceof oauth.AuthorizationResponseError || reason instanceof oauth.ResponseBodyError) {
    return reason.error_description ?? reason.error;
  }
  return reason instanceof Error ? reason.message : String(reason);
}
