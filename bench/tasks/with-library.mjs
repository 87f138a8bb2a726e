// A worker for the bench as users write it: with the library.
//   node with-library.mjs GO_FILE CONCURRENCY MAX
import { existsSync } from "node:fs";
import { setTimeout as after } from "node:timers/promises";
import { run } from "../../zapps/worker/zoe-worker.mjs";

const [, , goFile = "", concurrency = "1", max = "64"] = process.argv;
while (!existsSync(goFile)) await after(20);
await run(() => null, { concurrency: Number(concurrency), max: Number(max) });
