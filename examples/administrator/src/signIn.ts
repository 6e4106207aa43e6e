import * as oauth from "oauth4webapi";

import { config } from "./config";
import { readSession, storeSession, type Session } from "./session";

/** Signing in by OpenID Connect: authorization code with PKCE. No password is ever typed into this page. */

const CLIENT: oauth.Client = { client_id: config.client };
const ISSUER = new URL(config.register);
const REDIRECT_URI = `${location.origin}${location.pathname}`;
const PENDING_KEY = "administrator.sign-in";
const EARLY_MILLISECONDS = 30_000;

// Plain HTTP is for this machine alone, where demonstrations are.
const OPTIONS = { [oauth.allowInsecureRequests]: ISSUER.hostname === "127.0.0.1" };

let discovered: Promise<oauth.AuthorizationServer> | undefined;

function authorizationServer(): Promise<oauth.AuthorizationServer> {
  discovered ??= oauth
    .discoveryRequest(ISSUER, { ...OPTIONS, algorithm: "oidc" })
    .then((response) => oauth.processDiscoveryResponse(ISSUER, response));
  return discovered;
}

/** Leaves the page; the server's sign-in pages come back to it. */
export async function beginSignIn(): Promise<void> {
  const server = await authorizationServer();
  const pending = {
    state: oauth.generateRandomState(),
    nonce: oauth.generateRandomNonce(),
    verifier: oauth.generateRandomCodeVerifier(),
  };
  sessionStorage.setItem(PENDING_KEY, JSON.stringify(pending));
  const place = new URL(server.authorization_endpoint!);
  place.search = new URLSearchParams({
    response_type: "code",
    client_id: CLIENT.client_id,
    redirect_uri: REDIRECT_URI,
    scope: "openid profile",
    state: pending.state,
    nonce: pending.nonce,
    code_challenge: await oauth.calculatePKCECodeChallenge(pending.verifier),
    code_challenge_method: "S256",
  }).toString();
  location.assign(place);
}

/** Takes the answer of the sign-in pages out of the address, when there is one. */
export async function completeSignIn(): Promise<void> {
  const answer = new URL(location.href);
  const stored = sessionStorage.getItem(PENDING_KEY);
  if (!answer.searchParams.has("state")) return;
  history.replaceState(null, "", location.pathname);
  sessionStorage.removeItem(PENDING_KEY);
  if (stored === null) return; // an old address, opened again
  const { state, nonce, verifier } = JSON.parse(stored);
  const server = await authorizationServer();
  const parameters = oauth.validateAuthResponse(server, CLIENT, answer, state);
  const response = await oauth.authorizationCodeGrantRequest(
    server, CLIENT, oauth.None(), parameters, REDIRECT_URI, verifier, OPTIONS,
  );
  const checks = { expectedNonce: nonce, requireIdToken: true };
  storeSession(sessionOf(await oauth.processAuthorizationCodeResponse(server, CLIENT, response, checks)));
}

let refreshing: Promise<string> | null = null;

/** An access token that is good for a while yet, or the reason why there is none. It is refreshed once at a time: a refresh token is good once. */
export function freshToken(): Promise<string> {
  const session = readSession();
  if (session === null) return Promise.reject(new Error("尚未登录。"));
  if (session.expiresAt - Date.now() > EARLY_MILLISECONDS) return Promise.resolve(session.accessToken);
  refreshing ??= refreshed(session).finally(() => (refreshing = null));
  return refreshing;
}

async function refreshed(session: Session): Promise<string> {
  try {
    const server = await authorizationServer();
    const response = await oauth.refreshTokenGrantRequest(server, CLIENT, oauth.None(), session.refreshToken!, OPTIONS);
    const next = sessionOf(await oauth.processRefreshTokenResponse(server, CLIENT, response));
    storeSession({ ...next, idToken: next.idToken ?? session.idToken });
    return next.accessToken;
  } catch (reason) {
    if (reason instanceof oauth.ResponseBodyError) storeSession(null); // refused for good; a lost network is not
    throw reason;
  }
}

/** Ends the sign-in here and at the server, which then comes back to this page. */
export async function signOut(): Promise<void> {
  const idToken = readSession()?.idToken;
  const server = await authorizationServer();
  storeSession(null);
  const place = new URL(server.end_session_endpoint!);
  place.search = new URLSearchParams({
    client_id: CLIENT.client_id,
    post_logout_redirect_uri: REDIRECT_URI,
    ...(idToken && { id_token_hint: idToken }),
  }).toString();
  location.assign(place);
}

function sessionOf(tokens: oauth.TokenEndpointResponse): Session {
  return {
    accessToken: tokens.access_token,
    refreshToken: tokens.refresh_token,
    idToken: tokens.id_token,
    expiresAt: Date.now() + (tokens.expires_in ?? 0) * 1000,
  };
}
