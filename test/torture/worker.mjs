// A worker of the torture: sleeps as long as its task says, and leaves a line in a file of the task's name for each time it did it.
import { appendFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { run } from "../../zapps/worker/zoe-worker.mjs";

await run(
  async ({ n, ms }) => {
    await sleep(ms);
    appendFileSync(join(process.env.SIDE, String(n)), `${process.pid}\n`);
    return { n };
  },
  { max: 16 },
);
