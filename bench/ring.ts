// A token round four nodes, from the submission to the result: a gang of containers beside a cluster made by hand, with an SSH daemon in each container.
//   node bench/ring.ts [--small]       with each runtime that answers at its usual socket
import { parseArgs } from "node:util";
import { type ContainerRuntime, lookForRuntime } from "#local/backends/container/runtime.ts";
import { RingServer } from "./containers/ring-server.ts";
import { ringByHand, SSH_IMAGE } from "./containers/ssh-cluster.ts";
import { median, table } from "./table.ts";

const { values } = parseArgs({ options: { small: { type: "boolean", default: false } } });
const rounds = values.small ? 1 : 7;
const HOSTS = ["unix:///run/podman/podman.sock", "unix:///var/run/docker.sock"];

for (const host of HOSTS) {
  const runtime = await lookForRuntime({ dockerHost: host });
  if (typeof runtime === "string") console.log(`Left out: ${runtime}`);
  else if (!(await hasImages(runtime)))
    console.log(
      `Left out: ${runtime.name} has no ${SSH_IMAGE}; test/containers/images.sh makes it.`,
    );
  else await measure(runtime, host);
}

function hasImages({ docker }: ContainerRuntime): Promise<boolean> {
  const there = docker.getImage(SSH_IMAGE).inspect();
  return there.then(
    () => true,
    () => false,
  );
}

async function measure({ docker, name, version }: ContainerRuntime, host: string): Promise<void> {
  const server = await RingServer.open(docker, host);
  const ours: number[] = [];
  const theirs: number[] = [];
  try {
    // The first finds nothing built yet.
    await server.run();
    for (let round = 0; round < rounds; round++) {
      ours.push(await server.run());
      theirs.push(await ringByHand(docker));
    }
  } finally {
    await server.close();
  }
  const [us, them] = [median(ours), median(theirs)];
  const all = (list: readonly number[]) => list.map((one) => one.toFixed(0)).join(", ");
  console.log(`${name} ${version}: seven ranks on four nodes, 100 laps`);
  console.log(
    table(
      ["", "ms to the result", "of"],
      [
        ["submitted to Zoe", us.toFixed(0), all(ours)],
        ["made by hand with SSH", them.toFixed(0), all(theirs)],
        ["ratio", (us / them).toFixed(2), ""],
      ],
    ),
  );
  console.log("");
}
