// The server audits of graphql-http against an address, as one caller: `node audit.js URL`, with the token in TOKEN.
import { serverAudits } from "graphql-http";

const authorization = `Bearer ${process.env.TOKEN}`;

function asCaller(address, options = {}) {
  return fetch(address, { ...options, headers: { ...options.headers, authorization } });
}

const results = [];
for (const audit of serverAudits({ url: process.argv[2], fetchFn: asCaller })) {
  const { id, name, status, reason } = await audit.fn();
  results.push({ id, name, status, reason: reason ?? null });
}
console.log(JSON.stringify(results));
