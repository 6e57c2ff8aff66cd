// The test's end of a client: a URL for each line of the standard input, one line of JSON for each answer.
import { createInterface } from "node:readline";

export async function serve(version, call) {
  const say = (line) => process.stdout.write(`${JSON.stringify(line)}\n`);
  say({ version });
  for await (const url of createInterface({ input: process.stdin })) {
    try {
      say({ status: await call(url) });
    } catch (error) {
      say({ status: error.response?.status, error: `${error.name}: ${error.message}` });
    }
  }
  process.exit();
}
