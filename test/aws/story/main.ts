// The AWS body over the double as a process, for `npm run demo -- --body aws`: says where it listens, keeps the first token in its folder, tells every call if asked to.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { openBody } from "./body.ts";
import { storyLine } from "./trace.ts";

const { values } = parseArgs({
  options: {
    state: { type: "string" },
    port: { type: "string", default: "0" },
    trace: { type: "boolean", default: false },
  },
});
const { state, port, trace } = values;
if (state === undefined) throw new Error("--state names the folder for the first token.");
const from = Date.now();
const body = await openBody({
  port: Number(port),
  write: (line) => process.stderr.write(line),
  ...(trace && { record: (call) => console.log(storyLine(call, from)) }),
});
mkdirSync(state, { recursive: true });
writeFileSync(join(state, "admin-token"), `${body.token}\n`, { mode: 0o600 });
process.stderr.write(`listening on ${body.address}\n`);
process.once("SIGTERM", () => void body.close().then(() => process.exit(0)));
