// The same ring by hand: a key and a host file for the job, four containers on a network with an SSH daemon each, and mpirun once all of them answer.
import { generateKeyPairSync } from "node:crypto";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import type Docker from "dockerode";
import { MARK, makeNetwork, untilRemoved } from "./by-hand.ts";
import { LAPS, RESULT } from "./ring-server.ts";

export const SSH_IMAGE = "docker.io/zoe/ssh-cluster:latest";
/** Seven ranks on four nodes. */
const SLOTS = [2, 2, 2, 1];
const DAEMON =
  "mkdir -p /run/sshd && /usr/sbin/sshd -o AuthorizedKeysFile=/job/id.pub -o StrictModes=no -o UsePAM=no";
const SSH =
  "-i /job/id -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o LogLevel=ERROR -o ConnectTimeout=1";
const MPIRUN = `mpirun --allow-run-as-root --hostfile /job/hosts --mca plm_rsh_args "${SSH}" --mca mpi_yield_when_idle 1 --mca btl_tcp_if_include eth0 --mca oob_tcp_if_include eth0 --mca hwloc_base_binding_policy none --oversubscribe /zapp/ring ${LAPS}`;

const LONGEST_MS = 60_000;

const MIB = 1024 * 1024;

let clusters = 0;

/** Milliseconds from nothing to the result. What was made has gone when this resolves. */
export async function ringByHand(docker: Docker): Promise<number> {
  // Names of their own each time: the runtime's name server may remember those before.
  const name = `zoe-bench-ring-${process.pid}-${++clusters}`;
  const hosts = SLOTS.map((_, node) => `${name}-${node}`);
  const began = performance.now();
  const folder = jobFolder(hosts);
  const network = await makeNetwork(docker, name);
  const containers: Docker.Container[] = [];
  try {
    const answers = hosts
      .slice(1)
      .map((host) => `until ssh ${SSH} ${host} true 2>/dev/null; do sleep 0.05; done`);
    const words = [
      `${DAEMON} && ${answers.join("; ")}; ${MPIRUN}`,
      ...hosts.slice(1).map(() => `${DAEMON} -D`),
    ];
    const made = await Promise.all(
      hosts.map((host, node) =>
        docker.createContainer(settings(host, name, folder, words[node] ?? "")),
      ),
    );
    containers.push(...made);
    const first = made[0] as Docker.Container;
    const stream = await first.attach({ stream: true, stdout: true, stderr: true });
    const result = read(stream);
    // The first one last: a name that is asked for too early is looked for elsewhere, for seconds.
    await Promise.all(made.slice(1).map((container) => container.start()));
    await first.start();
    await Promise.race([result, tooLate()]);
    return performance.now() - began;
  } finally {
    await Promise.all(
      containers.map((container) => untilRemoved(() => container.remove({ force: true }))),
    );
    await untilRemoved(() => network.remove());
    rmSync(folder, { recursive: true });
  }
}

async function tooLate(): Promise<never> {
  await pause(LONGEST_MS, undefined, { ref: false });
  throw new Error(`The cluster made by hand had no result within ${LONGEST_MS / 1000} s.`);
}

async function read(stream: NodeJS.ReadableStream): Promise<void> {
  let text = "";
  for await (const bytes of stream) {
    text += bytes.toString();
    if (RESULT.test(text)) return;
  }
  throw new Error(`The cluster made by hand ended without a result: ${text}`);
}

/** With the privileges that an SSH daemon needs, and the limits that the engine gives to a node of the zapp: a quarter of a core, in short turns. */
function settings(host: string, network: string, folder: string, script: string) {
  return {
    ...{ name: host, Image: SSH_IMAGE, Hostname: host, Labels: { [MARK]: "1" }, User: "root" },
    ...{ Entrypoint: ["sh", "-c", script], Cmd: [] },
    NetworkingConfig: { EndpointsConfig: { [network]: { Aliases: [host] } } },
    HostConfig: {
      NetworkMode: network,
      ...{ Binds: [`${folder}:/job:ro`], LogConfig: { Type: "none", Config: {} } },
      ...{ CpuPeriod: 10_000, CpuQuota: 2_500, Memory: 256 * MIB, MemorySwap: 256 * MIB },
    },
  };
}

function jobFolder(hosts: readonly string[]): string {
  const folder = mkdtempSync(join(tmpdir(), "zoe-bench-job-"));
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  writeFileSync(join(folder, "id"), privateKey.export({ type: "sec1", format: "pem" }));
  chmodSync(join(folder, "id"), 0o600);
  const { x = "", y = "" } = publicKey.export({ format: "jwk" });
  const point = Buffer.concat([
    Buffer.from([4]),
    ...[x, y].map((part) => Buffer.from(part, "base64url")),
  ]);
  const key = Buffer.concat(["ecdsa-sha2-nistp256", "nistp256", point].map(counted));
  writeFileSync(join(folder, "id.pub"), `ecdsa-sha2-nistp256 ${key.toString("base64")}\n`);
  writeFileSync(
    join(folder, "hosts"),
    hosts.map((host, node) => `${host} slots=${SLOTS[node]}\n`).join(""),
  );
  return folder;
}

function counted(part: string | Buffer): Buffer {
  const bytes = Buffer.from(part);
  const head = Buffer.alloc(4);
  head.writeUInt32BE(bytes.length);
  return Buffer.concat([head, bytes]);
}
