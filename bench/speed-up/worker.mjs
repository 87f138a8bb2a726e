// A worker whose tasks take so many milliseconds: waiting, or computing. It says that it is there, and begins when its file is.
//   node worker.mjs GO_FILE wait|compute MILLISECONDS
import { existsSync, writeFileSync } from "node:fs";
import { setTimeout as after } from "node:timers/promises";
import { run } from "../../zapps/worker/zoe-worker.mjs";

const [, , goFile = "", kind = "wait", milliseconds = "50"] = process.argv;

/** So much of a core, however many share it. */
function compute(until) {
  const begin = process.cpuUsage();
  for (;;) {
    const { user, system } = process.cpuUsage(begin);
    if ((user + system) / 1000 >= until) return null;
    for (let turns = 0; turns < 100_000; turns++);
  }
}

async function wait(milliseconds) {
  await after(milliseconds);
  return null;
}

const act = kind === "compute" ? compute : wait;
writeFileSync(`${goFile}-${process.pid}-ready`, "");
while (!existsSync(goFile)) await after(20);
await run(() => act(Number(milliseconds)), { max: 1 });
