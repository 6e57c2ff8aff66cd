// Prints the daemon's answer, token and all, without libraries (Node.js 18): node get.mjs IDENTITY SCOPE
import http from "node:http";

const [identity, scope] = process.argv.slice(2).map(encodeURIComponent);
const socketPath = process.env.TOKENWARD_SOCKET ?? "/run/tokenward/tokenward.sock";

http.get({ socketPath, path: `/v1/tokens/${identity}/${scope}` }, (answer) => {
  process.exitCode = answer.statusCode === 200 ? 0 : 1;
  answer.pipe(process.stdout);
}).on("error", (error) => {
  console.error(error.message);
  process.exitCode = 1;
});
