// `npm run test:aws [-- --record DIR]`: the story with real processes; with --record every request and response of it as a file in DIR.
import { spawnSync } from "node:child_process";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { ROOT } from "./settings.ts";

const { values } = parseArgs({ options: { record: { type: "string" } } });
const words = ["run", "--project", "aws"];
const { status } = spawnSync(join(ROOT, "node_modules/.bin/vitest"), words, {
  ...{ cwd: ROOT, stdio: "inherit" },
  env: { ...process.env, ...(values.record && { ZOE_RECORD: resolve(values.record) }) },
});
process.exitCode = status ?? 1;
