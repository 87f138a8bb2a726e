// `npm run torture:gangs`: gangs of real containers while their control plane is killed again and again, and gangs that lose a node or are never whole.
import { mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { freePort } from "#test/free-port.ts";
import { runtimesHere, type TestRuntime } from "#test/local/container-body.ts";
import { randomOf } from "../random.ts";
import { processesWith, Server } from "../server.ts";
import { Ground } from "./ground.ts";
import { type Bed, leftOf, survive } from "./kill-loop.ts";
import { PHASES } from "./phases.ts";
import { RuntimeProxy } from "./proxy.ts";
import { SCENARIOS } from "./scenarios.ts";

const { values } = parseArgs({
  options: {
    /** Of the control plane, dealt over the runtimes that answer here and the phases of a gang. */
    kills: { type: "string", default: "20" },
    seed: { type: "string", default: "1" },
  },
});
const kills = Number(values.kills);
const random = randomOf(Number(values.seed));
let [passed, failed] = [0, 0];

function tell(what: string, wrong: readonly string[], seconds: number): void {
  if (wrong.length === 0) passed++;
  else failed++;
  const how = wrong.length === 0 ? "passed" : "FAILED";
  console.log(
    `${how}: ${what}; ${seconds.toFixed(1)} s${wrong.map((one) => `\n  ${one}`).join("")}`,
  );
}

async function timed(what: string, act: () => Promise<readonly string[]>): Promise<void> {
  const begin = Date.now();
  const wrong = await act().catch((error: unknown) => [String((error as Error).stack ?? error)]);
  tell(what, wrong, (Date.now() - begin) / 1000);
}

/** The phases go round, so that both runtimes see all of them in the end. */
async function torture({ name, runtime }: TestRuntime, count: number, from: number) {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "zoe-gangs-")));
  const state = join(folder, "state");
  const temporary = join(folder, "tmp");
  for (const made of [state, temporary]) mkdirSync(made);
  const proxy = await RuntimeProxy.open(runtime.socket, join(folder, "proxy.sock"));
  const environment = { DOCKER_HOST: `unix://${proxy.socket}`, TMPDIR: temporary };
  const flags = ["--engine", "container"];
  const server = new Server({ state, port: await freePort(), flags, environment });
  const bed: Bed = { server, ground: new Ground(runtime, state), proxy, random };
  try {
    await server.start();
    for (let n = 0; n < count; n++) {
      const phase = PHASES[(from + n) % PHASES.length] as (typeof PHASES)[number];
      const what = `${name}: kill ${n + 1} of ${count}, when ${phase.name}`;
      await timed(what, () => survive(bed, phase));
    }
    for (const [what, scenario] of Object.entries(SCENARIOS))
      await timed(`${name}: ${what}`, () => scenario(bed));
    await timed(`${name}: in the end nothing is left`, async () => {
      const left = await leftOf(() => bed.ground.leftInTheEnd());
      await server.end("SIGTERM");
      const strays = processesWith(state).map((pid) => `left: process ${pid}`);
      const files = readdirSync(temporary).map((file) => `left: ${file}`);
      return [...left, ...(await bed.ground.leftInTheEnd()), ...strays, ...files];
    });
  } finally {
    await server.end("SIGKILL");
    proxy.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

const runtimes = await runtimesHere();
for (const [at, runtime] of runtimes.entries()) {
  const begin = Math.round((kills * at) / runtimes.length);
  const end = Math.round((kills * (at + 1)) / runtimes.length);
  await torture(runtime, end - begin, begin);
}
const skipped = runtimes.length === 0 ? 1 : 0;
if (skipped > 0) console.log("skipped: no container runtime answers here (Docker or Podman).");
console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`);
process.exitCode = failed > 0 ? 1 : 0;
