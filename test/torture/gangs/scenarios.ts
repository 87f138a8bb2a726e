// Gangs without a kill of their control plane: one loses a node, one may not begin again, one is never whole.
import { pause } from "../server.ts";
import { type Bed, follow, leftOf, submit } from "./kill-loop.ts";
import { NODES } from "./phases.ts";

const GANG = {
  ...{ name: "ranks", run: "gang", nodes: NODES, image: "debian:bookworm-slim" },
  resources: { cpu: 0.5, memory: "64MiB" },
};

type Scenario = (bed: Bed) => Promise<readonly string[]>;

/** What is wrong about how it ended, and what is left. */
async function ended(bed: Bed, id: string, wanted: { kind: string; says?: string; runs: number }) {
  const { outcome, generations, isDouble } = await follow(bed, id);
  const isAsWanted =
    outcome?.kind === wanted.kind && JSON.stringify(outcome).includes(wanted.says ?? "");
  return [
    ...(isAsWanted ? [] : [`${JSON.stringify(wanted)} wanted, got ${JSON.stringify(outcome)}`]),
    ...(generations === wanted.runs
      ? []
      : [`${wanted.runs} generations wanted, got ${generations}`]),
    ...(isDouble ? ["two generations ran at once"] : []),
    ...(await leftOf(() => bed.ground.left())),
  ];
}

async function nodeOf({ ground }: Bed, id: string, index: number) {
  for (;;) {
    const nodes = (await ground.nodes()).filter(({ execution }) => execution === id);
    const node = nodes.find((one) => one.index === index && one.isRunning);
    if (node !== undefined) return { node, all: nodes.filter((one) => one.isRunning).length };
    await pause(10);
  }
}

async function loseOne(bed: Bed, id: string): Promise<void> {
  for (;;) {
    const { node, all } = await nodeOf(bed, id, 1);
    if (all === NODES) return bed.ground.lose(node);
  }
}

/** Until it stands again, its program waits. */
const ONCE_MORE = "test $ZOE_GENERATION != 1 || sleep 600; srun -n 3 hostname";

const restarts: Scenario = async (bed) => {
  const retry = { attempts: 2, backoff: "1s", on: ["lost"] };
  const id = await submit(bed.server, { ...GANG, script: ONCE_MORE, retry });
  await loseOne(bed, id);
  return ended(bed, id, { kind: "succeeded", runs: 2 });
};

const fails: Scenario = async (bed) => {
  const id = await submit(bed.server, { ...GANG, script: "sleep 600", onLostNode: "fail" });
  await loseOne(bed, id);
  return ended(bed, id, { kind: "lost", says: "ode", runs: 1 });
};

/** The runtime makes the last node when the limit is long over. */
const neverWhole: Scenario = async (bed) => {
  const script = "srun -n 3 hostname; sleep 600";
  const gang = { ...GANG, script, startWithin: "3s", retry: { attempts: 1 } };
  const goOn = bed.proxy.hold(
    new RegExp(`POST \\S*/containers/create\\?name=\\S*ranks-${NODES - 1}\\.1`),
  );
  const id = await submit(bed.server, gang);
  const { node } = await nodeOf(bed, id, 0);
  while ((await bed.ground.nodes()).some((one) => one.id === node.id)) await pause(50);
  goOn();
  return ended(bed, id, { kind: "interrupted", says: "startWithin", runs: 1 });
};

export const SCENARIOS: Readonly<Record<string, Scenario>> = {
  "a gang that loses a node runs again, all of it": restarts,
  "a gang that loses a node and may not run again fails with the reason": fails,
  "a gang that is not whole within its limit releases all": neverWhole,
};
