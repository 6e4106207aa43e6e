/**
 * Keeps a copy of the members that a partner may see, in an SQLite file, for as long as it runs.
 *
 * Copy it and make it yours: put your own tables in the place of ours. What must stay as it is: the cursor of an event is
 * stored in the same transaction as what was made of the event. So it does not matter when this program is killed.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { createClient } from "graphql-ws";
import Database from "libsql"; // from Node 22.13 on `node:sqlite` will do, with nearly the same methods
import WebSocket from "ws";

const { REGISTER_ADDRESS = "http://127.0.0.1:8000", COPY_FILE = "members.sqlite", CLIENT_ID, CLIENT_SECRET } = process.env;
const SCOPES = "members:read organizations:read changes:read";
const SHORTEST_WAIT = 500; // milliseconds, between one connection and the next
const LONGEST_WAIT = 60_000;
const SILENCE = 20_000; // a server that is silent for longer is taken for lost

const MEMBER = "id name phone branch { id }";
const CURSOR = "{ changeCursor }";
const PAGE = `query ($after: String) {
  members(first: 500, after: $after) { nodes { ${MEMBER} } pageInfo { endCursor hasNextPage } }
}`;
const CHANGES = `subscription ($after: String!) {
  changes(after: $after, types: [MEMBER_ADDED, MEMBER_CHANGED, MEMBER_LEFT, MEMBER_RESTORED, ORGANIZATION_CHANGED]) {
    cursor type objectId changedFields member { ${MEMBER} }
  }
}`;

const file = new Database(COPY_FILE);
file.exec(`
  PRAGMA journal_mode = WAL; -- others may read while this program writes
  CREATE TABLE IF NOT EXISTS members (id TEXT PRIMARY KEY, name TEXT, phone TEXT, branch TEXT);
  -- A copy that is being read. It takes the place of the members when it is whole.
  CREATE TABLE IF NOT EXISTS arriving (id TEXT PRIMARY KEY, name TEXT, phone TEXT, branch TEXT);
  -- One row: after which change to go on; until the copy is whole, also after which page.
  CREATE TABLE IF NOT EXISTS progress (cursor TEXT NOT NULL, page TEXT, is_whole INTEGER NOT NULL);
`);
const insert = { members: put("members"), arriving: put("arriving") };
const removeMember = file.prepare("DELETE FROM members WHERE id = ?");
const insertProgress = file.prepare("INSERT INTO progress VALUES (?, ?, ?)");

function put(table) {
  const statement = file.prepare(`INSERT OR REPLACE INTO ${table} VALUES (?, ?, ?, ?)`);
  return (member) => statement.run(member.id, member.name, member.phone, member.branch.id);
}

/** `cursor`, `page` and `is_whole`; nothing before the beginning. */
const progress = () => file.prepare("SELECT cursor, page, is_whole FROM progress").get();

function goOnAfter(cursor, page, isWhole) {
  file.exec("DELETE FROM progress");
  insertProgress.run(cursor, page, isWhole ? 1 : 0);
}

// Each of these is one transaction.
const begin = file.transaction((cursor) => {
  file.exec("DELETE FROM arriving");
  goOnAfter(cursor, null, false);
});
const addPage = file.transaction((cursor, members, page) => {
  members.forEach(insert.arriving);
  goOnAfter(cursor, page, false);
});
const complete = file.transaction((cursor) => {
  file.exec("DELETE FROM members; INSERT INTO members SELECT * FROM arriving; DELETE FROM arriving");
  goOnAfter(cursor, null, true);
});
/**
 * The member comes as it is by now; none when it has left, or has moved out of what we may see. So an event that comes
 * twice does no harm.
 */
const apply = file.transaction((event) => {
  if (event.member) insert.members(event.member);
  else if (event.type.startsWith("MEMBER_")) removeMember.run(event.objectId);
  goOnAfter(event.cursor, null, true);
});
/** The members stay until another copy is whole. */
const forgetProgress = () => file.exec("DELETE FROM progress");

async function token() {
  const answer = await fetch(`${REGISTER_ADDRESS}/oauth/token`, {
    method: "POST",
    headers: { Authorization: `Basic ${btoa(`${CLIENT_ID}:${CLIENT_SECRET}`)}` },
    body: new URLSearchParams({ grant_type: "client_credentials", scope: SCOPES }),
  });
  if (!answer.ok) throw new Error(`no token: ${answer.status} ${await answer.text()}`);
  return (await answer.json()).access_token;
}

/** With a fresh token each time. One lives for ten minutes: then the server ends the stream, and we connect anew. */
function connection() {
  let silent;
  const client = createClient({
    url: `${REGISTER_ADDRESS.replace("http", "ws")}/graphql`,
    webSocketImpl: WebSocket,
    connectionParams: async () => ({ authorization: `Bearer ${await token()}` }),
    retryAttempts: 0, // the loop below connects anew, for it knows the last cursor that is stored
    lazyCloseTimeout: 10_000, // one connection for all pages
    keepAlive: SILENCE,
    on: {
      ping: (received) => received || (silent = setTimeout(() => client.terminate(), SILENCE / 2)),
      pong: () => clearTimeout(silent),
      closed: () => clearTimeout(silent),
    },
  });
  return client;
}

/** What is asked for, answer by answer. An answer with errors lacks something: nothing may be made of it. */
async function* answers(client, query, variables) {
  for await (const { data, errors } of client.iterate({ query, variables })) {
    if (errors?.length) throw errors;
    yield data;
  }
}

async function answer(client, query, variables) {
  for await (const data of answers(client, query, variables)) return data;
  throw new Error("no answer");
}

/** Goes on after the last page that was stored. */
async function readPages(client, heard) {
  for (let { cursor, page, is_whole } = progress(); !is_whole; heard()) {
    const { nodes, pageInfo } = (await answer(client, PAGE, { after: page })).members;
    page = pageInfo.endCursor;
    addPage(cursor, nodes, page);
    if (pageInfo.hasNextPage) continue;
    complete(cursor);
    return;
  }
}

/** For as long as the connection lives; `heard` is called after each step that is stored. */
async function keepUp(client, heard) {
  // The cursor comes first: what changes while the pages are read is told after it.
  if (!progress()) begin((await answer(client, CURSOR)).changeCursor);
  await readPages(client, heard);
  for await (const { changes: event } of answers(client, CHANGES, { after: progress().cursor })) {
    apply(event);
    if (event.type === "ORGANIZATION_CHANGED" && event.changedFields.includes("parent")) {
      // A part of the tree has moved, perhaps into what we may see or out of it, with all its members.
      forgetProgress();
      return;
    }
    heard();
  }
}

function tell(error) {
  const codes = Array.isArray(error) && error.map((problem) => problem.extensions?.code);
  console.error(codes ? `refused: ${codes}` : `lost: ${error.reason || error.message || error.code}`);
  if (codes && codes.includes("CURSOR_EXPIRED")) forgetProgress(); // we were away for too long
}

process.on("SIGTERM", () => {
  file.close(); // never in the midst of a transaction: signals wait until JavaScript has returned
  console.error("stopped");
  process.exit(0);
});

for (let wait = SHORTEST_WAIT; ; wait = Math.min(wait * 2, LONGEST_WAIT)) {
  const client = connection();
  try {
    await keepUp(client, () => (wait = SHORTEST_WAIT));
  } catch (error) {
    tell(error);
  } finally {
    client.terminate();
  }
  await sleep(wait * (0.5 + Math.random() / 2)); // so that not all come back at the same moment
}
