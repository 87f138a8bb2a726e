// `npm run torture`: the control plane killed again and again under load, then on bad ground. Bounded in count and time; only this machine is touched.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { freePort } from "#test/free-port.ts";
import { type Finding, fullDisk, jumpingClock, readOnlyState } from "./bad-ground.ts";
import { killLoop } from "./kill-loop.ts";
import { randomOf } from "./random.ts";

const { values } = parseArgs({
  options: {
    tasks: { type: "string", default: "20000" },
    kills: { type: "string", default: "20" },
    seed: { type: "string", default: "1" },
  },
});
const tasks = Number(values.tasks);
const kills = Number(values.kills);
const folder = mkdtempSync(join(tmpdir(), "zoe-torture-"));
const say = (line: string) => console.log(line);

async function killed(): Promise<Finding> {
  const begin = Date.now();
  const result = await killLoop({
    folder,
    port: await freePort(),
    tasks,
    kills,
    random: randomOf(Number(values.seed)),
    say,
  });
  const { outcomes, lost, double, failed, ranTwice, leastOpenShare, strays, state } = result;
  const ok =
    outcomes === tasks &&
    lost + double + failed + strays === 0 &&
    state === "ended" &&
    leastOpenShare > 0.05;
  const text = `kill loop: ${outcomes} outcomes of ${tasks} tasks, ${lost} lost, ${double} double, ${failed} failed, ${ranTwice} ran more than once, ${strays} stray processes; control plane killed ${result.kills} times (at least ${(leastOpenShare * 100).toFixed(0)} % of tasks open each time), spawner ${result.spawnerKills}, workers ${result.workerKills}; ${((Date.now() - begin) / 1000).toFixed(0)} s`;
  return { ok, text };
}

const scenarios = [
  killed,
  async () => fullDisk(folder, await freePort()),
  async () => jumpingClock(folder, await freePort()),
  async () => readOnlyState(folder, await freePort()),
];
let [passed, failed, skipped] = [0, 0, 0];
for (const scenario of scenarios) {
  const finding = await scenario().catch(
    (error: unknown): Finding => ({ ok: false, text: String((error as Error).stack ?? error) }),
  );
  if ("skipped" in finding) skipped++;
  else if (finding.ok) passed++;
  else failed++;
  say(
    "skipped" in finding
      ? `skipped: ${finding.skipped}`
      : `${finding.ok ? "passed" : "FAILED"}: ${finding.text}`,
  );
}
rmSync(folder, { recursive: true, force: true });
console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`);
process.exitCode = failed > 0 ? 1 : 0;
