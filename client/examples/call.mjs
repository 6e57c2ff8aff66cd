// Calls an API with a token of the daemon, without libraries (Node.js 18): node call.mjs IDENTITY SCOPE URL
import http from "node:http";
import { text } from "node:stream/consumers";

const [identity, scope, url] = process.argv.slice(2);
const socketPath = process.env.TOKENWARD_SOCKET ?? "/run/tokenward/tokenward.sock";
const path = `/v1/tokens/${encodeURIComponent(identity)}/${encodeURIComponent(scope)}`;

async function daemon(options, body) {
  const headers = body ? { "Content-Type": "application/json" } : {};
  const answer = await new Promise((resolve, reject) =>
    http.request({ socketPath, headers, ...options }, resolve).on("error", reject).end(body));
  const document = JSON.parse(await text(answer));
  if (answer.statusCode !== 200) throw new Error(document.detail ?? document.title);
  return document;
}

let answer;
for (let tries = 0; tries < 2; ++tries) { // once more after a refusal, and no more
  const { token, fingerprint } = await daemon({ path });
  answer = await fetch(url, { headers: { "X-Auth-Token": token } });
  if (![400, 401, 403].includes(answer.status)) break;
  const said = { fingerprint, status: answer.status, body: await answer.clone().text() };
  const { verdict } = await daemon({ method: "POST", path: `${path}/report` }, JSON.stringify(said));
  if (!["invalidated", "already_replaced"].includes(verdict)) break; // a new token would not help
}
console.log(await answer.text());
process.exitCode = answer.ok ? 0 : 1;
