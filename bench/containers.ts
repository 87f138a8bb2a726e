// Containers through the engine beside the same by hand through the runtime's API: jobs a second, and how soon five of one zapp run, alone and among others.
//   node bench/containers.ts [--small]       with each runtime that answers at its usual socket
import { parseArgs } from "node:util";
import { type ContainerRuntime, lookForRuntime } from "#local/backends/container/runtime.ts";
import { IMAGE, runJobs, standBy, startFive } from "./containers/by-hand.ts";
import { BenchEngine } from "./containers/engine.ts";
import { median, table } from "./table.ts";

const { values } = parseArgs({ options: { small: { type: "boolean", default: false } } });
const { jobs, rounds, others, starts } = values.small
  ? { jobs: 8, rounds: 1, others: 10, starts: 1 }
  : { jobs: 60, rounds: 5, others: 120, starts: 15 };
const AT_ONCE = 4;
const WORDS = ["sleep", "3600"];
const HOSTS = ["unix:///run/podman/podman.sock", "unix:///var/run/docker.sock"];

for (const host of HOSTS) {
  const runtime = await lookForRuntime({ dockerHost: host });
  if (typeof runtime === "string") console.log(`Left out: ${runtime}`);
  else if (!(await hasImage(runtime)))
    console.log(`Left out: ${runtime.name} has no ${IMAGE}; test/containers/images.sh makes it.`);
  else await measure(runtime, host);
}

async function hasImage({ docker }: ContainerRuntime): Promise<boolean> {
  return docker
    .getImage(IMAGE)
    .inspect()
    .then(
      () => true,
      () => false,
    );
}

async function measure({ docker, name, version }: ContainerRuntime, host: string): Promise<void> {
  const engine = await BenchEngine.open(host);
  try {
    console.log(`${name} ${version}`);
    const ours: number[] = [];
    const theirs: number[] = [];
    let blockMs = 0;
    for (let round = 0; round < rounds; round++) {
      const { perSecond, longestBlockMs } = await engine.runJobs(jobs, AT_ONCE);
      ours.push(perSecond);
      blockMs = Math.max(blockMs, longestBlockMs);
      theirs.push(await runJobs(docker, jobs, AT_ONCE));
    }
    const alone = await five(engine, docker);
    const takeAway = await standBy(docker, others);
    const among = await five(engine, docker).finally(takeAway);
    const row = (what: string, us: number, them: number, digits: number) => {
      return [what, us.toFixed(digits), them.toFixed(digits), (us / them).toFixed(2)];
    };
    console.log(
      table(
        ["", "engine", "by hand", "ratio"],
        [
          row(`jobs a second, ${AT_ONCE} at once`, median(ours), median(theirs), 1),
          row("5 containers run, ms", alone.ours, alone.theirs, 0),
          row(`... beside ${others} others, ms`, among.ours, among.theirs, 0),
          row("growth", among.ours / alone.ours, among.theirs / alone.theirs, 2),
        ],
      ),
    );
    console.log(`The engine held the event loop for ${blockMs.toFixed(1)} ms at most.\n`);
  } finally {
    await engine.close();
  }
}

async function five(engine: BenchEngine, docker: ContainerRuntime["docker"]) {
  const ours: number[] = [];
  const theirs: number[] = [];
  for (let n = 0; n < starts; n++) {
    ours.push(await engine.startFive(WORDS));
    theirs.push(await startFive(docker, WORDS));
  }
  return { ours: median(ours), theirs: median(theirs) };
}
