// The same containers without Zoe, in the runtime's own best way: through its API, waiting by attached streams, so many at a time.
import { setTimeout as pause } from "node:timers/promises";
import type Docker from "dockerode";

const MIB = 1024 * 1024;
export const IMAGE = "docker.io/library/debian:bookworm-slim";
export const MARK = "zoe.bench";

/** As the engine asks for them: the same limits, the same lack of privileges, a network. */
function settings(name: string, network: string, words: readonly string[]) {
  return {
    ...{ name, Image: IMAGE, Cmd: [...words], Labels: { [MARK]: "1" }, Hostname: "by-hand" },
    NetworkingConfig: { EndpointsConfig: { [network]: { Aliases: [name] } } },
    HostConfig: {
      ...{ NetworkMode: network, CapDrop: ["ALL"], SecurityOpt: ["no-new-privileges"] },
      ...{ NanoCpus: 5e8, Memory: 64 * MIB, MemorySwap: 64 * MIB, PidsLimit: 4096 },
      LogConfig: { Type: "none", Config: {} },
    },
  };
}

export async function makeNetwork(docker: Docker, name: string): Promise<Docker.Network> {
  const Options = { isolate: "true" };
  return docker.createNetwork({ Name: name, Driver: "bridge", Options, Labels: { [MARK]: "1" } });
}

/** Runtimes refuse it for a moment: while a container on the network is just going, or is just being stopped. */
export async function untilRemoved(remove: () => Promise<unknown>): Promise<void> {
  for (let tries = 1; ; tries++) {
    try {
      await remove();
      return;
    } catch (error) {
      if (tries === 50) throw error;
      await pause(100);
    }
  }
}

export async function startOne(
  docker: Docker,
  name: string,
  network: string,
  words: readonly string[],
): Promise<{ container: Docker.Container; ended: Promise<void> }> {
  const container = await docker.createContainer(settings(name, network, words));
  const stream = await container.attach({ stream: true, stdout: true, stderr: true });
  const ended = new Promise<void>((resolve) => stream.resume().once("close", resolve));
  await container.start();
  return { container, ended };
}

/** Jobs a second. */
export async function runJobs(docker: Docker, count: number, atOnce: number): Promise<number> {
  const network = `zoe-bench-${process.pid}`;
  const made = await makeNetwork(docker, network);
  const began = performance.now();
  let next = 0;
  const worker = async () => {
    while (next < count) {
      const name = `${network}-${next++}`;
      const { container, ended } = await startOne(docker, name, network, ["true"]);
      await ended;
      const { State } = await container.inspect();
      if (State.ExitCode !== 0) throw new Error(`${name} ended with ${State.ExitCode}.`);
      await container.remove({ force: true });
    }
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  const perSecond = count / ((performance.now() - began) / 1000);
  await untilRemoved(() => made.remove());
  return perSecond;
}

/** Milliseconds until five containers on a new network run. */
export async function startFive(docker: Docker, words: readonly string[]): Promise<number> {
  const network = `zoe-bench-five-${process.pid}`;
  const began = performance.now();
  const made = await makeNetwork(docker, network);
  const names = [0, 1, 2, 3, 4].map((n) => `${network}-${n}`);
  const started = await Promise.all(names.map((name) => startOne(docker, name, network, words)));
  const ms = performance.now() - began;
  await Promise.all(started.map(({ container }) => container.remove({ force: true })));
  await untilRemoved(() => made.remove());
  return ms;
}

/** Containers that only stand there, on a network of their own. Answers with what takes them away. */
export async function standBy(docker: Docker, count: number): Promise<() => Promise<void>> {
  const network = `zoe-bench-others-${process.pid}`;
  const made = await makeNetwork(docker, network);
  const containers: Docker.Container[] = [];
  const inFours = async (act: (n: number) => Promise<void>) => {
    let next = 0;
    const worker = async () => {
      while (next < count) await act(next++);
    };
    await Promise.all([0, 1, 2, 3].map(worker));
  };
  await inFours(async (n) => {
    const one = await startOne(docker, `${network}-${n}`, network, ["sleep", "3600"]);
    containers.push(one.container);
  });
  return async () => {
    await inFours(async (n) => void (await containers[n]?.remove({ force: true })));
    await untilRemoved(() => made.remove());
  };
}
