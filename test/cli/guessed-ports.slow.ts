// A container that guesses: every port that its control plane listens at, at every address by which it might reach the machine.
import { readdirSync, readFileSync, readlinkSync, writeFileSync } from "node:fs";
import { networkInterfaces } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { runtimesHere } from "#test/local/container-body.ts";
import { startTestServer, type TestServer } from "./zoe.ts";

const IMAGE = "node:24-slim";
const LISTENS = "0A";

const runtimes = await runtimesHere(IMAGE);
if (runtimes.length === 0) test.skip("no container runtime answers here", () => {});

/** Tries all of them, its own network's gateway too, and says which answered anything. */
const GUESSER = `
const { readFileSync } = require("node:fs");
const [addresses, ports] = JSON.parse(process.argv[1]);
const gateways = readFileSync("/proc/net/route", "utf8").split("\\n").slice(1).flatMap((line) => {
  const gateway = line.split("\\t")[2];
  return gateway && gateway !== "00000000" ? [gateway.match(/../g).reverse().map((hex) => parseInt(hex, 16)).join(".")] : [];
});
const tried = [...new Set([...addresses, ...gateways])].flatMap((address) => ports.map((port) => address + ":" + port));
const ask = (where) => fetch("http://" + where + "/healthz", { signal: AbortSignal.timeout(3000) }).then(() => [where], () => []);
Promise.all(tried.map(ask)).then((answered) => console.log("gateways " + gateways.length + ", tried " + tried.length + ", answered [" + answered.flat() + "]"));
`;

function portsOf({ folder }: TestServer): number[] {
  const state = join(folder, "state");
  const pids = readdirSync("/proc").filter(
    (name) => /^\d+$/.test(name) && commandOf(name).includes(state),
  );
  const sockets = new Set(pids.flatMap(socketsOf));
  const rows = ["tcp", "tcp6"].flatMap((name) =>
    readFileSync(`/proc/net/${name}`, "utf8").split("\n"),
  );
  return rows.flatMap((row) => {
    const [, local = "", , state, , , , , , inode = ""] = row.trim().split(/\s+/);
    return state === LISTENS && sockets.has(inode)
      ? [Number.parseInt(local.split(":").at(-1) ?? "", 16)]
      : [];
  });
}

function commandOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8");
  } catch {
    return "";
  }
}

function socketsOf(pid: string): string[] {
  try {
    const links = readdirSync(`/proc/${pid}/fd`).map((fd) => readlinkSync(`/proc/${pid}/fd/${fd}`));
    return links.flatMap((link) => /^socket:\[(\d+)\]$/.exec(link)?.[1] ?? []);
  } catch {
    return [];
  }
}

for (const { name, dockerHost } of runtimes)
  test(`${name}: no port of the control plane answers a container, by whatever address`, async () => {
    const server = await startTestServer(["--engine", "container"], { DOCKER_HOST: dockerHost });
    try {
      const ports = portsOf(server);
      expect(ports).toContain(Number(new URL(server.address).port));
      const addresses = Object.values(networkInterfaces()).flatMap((all = []) =>
        all.flatMap(({ family, address }) => (family === "IPv4" ? [address] : [])),
      );
      const command = ["node", "-e", GUESSER, JSON.stringify([addresses, ports])];
      const main = { name: "main", run: "once", image: IMAGE, pull: "pinned", command };
      const description = { version: 4, name: "guess", services: [main] };
      writeFileSync(join(server.folder, "guess.json"), JSON.stringify(description));
      const { code, out, err } = await server.spawnZoe(["run", "guess.json"]).ended;
      expect(`${out}${err}`).toMatch(/gateways 1, tried \d+, answered \[\]/);
      expect(code).toBe(0);
    } finally {
      await server.end();
    }
  }, 120_000);
