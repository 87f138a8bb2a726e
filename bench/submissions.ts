// POST /v1/executions over 32 connections while every place is taken, beside the raw rate of durable shared commits of the same bytes.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openDatabase } from "#local/database/database.ts";
import { sqliteStore } from "#local/store/sqlite-store.ts";
import { load, requestBytes } from "./load.ts";
import { startServer } from "./server.ts";

const CONNECTIONS = 32;
const requests = process.argv.includes("--small") ? 300 : 20_000;
/** What one submission of `hello` puts: execution, spec, place in line, user in line, first move. */
const ITEM_BYTES = [500, 1200, 800, 60, 150];

async function rawCommits(): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), "zoe-bench-"));
  const database = openDatabase(join(folder, "zoe.db"), { now: Date.now });
  const store = sqliteStore(database, { now: Date.now });
  let next = 0;
  const begin = performance.now();
  const one = async () => {
    while (next < requests) {
      const n = next++;
      await store.transact(
        ITEM_BYTES.map((bytes, at) => ({
          kind: "put",
          item: {
            pk: `bench#${String(n).padStart(9, "0")}`,
            sk: String(at),
            value: { text: "x".repeat(bytes) },
          },
        })),
      );
    }
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, one));
  const perSecond = requests / ((performance.now() - begin) / 1000);
  await database.close();
  rmSync(folder, { recursive: true });
  return perSecond;
}

const server = await startServer(["--cpus", "1"]);
try {
  const blocker = {
    version: 4,
    name: "blocker",
    services: [
      {
        name: "main",
        run: "once",
        program: ".",
        command: ["sleep", "600"],
        resources: { cpu: 1, memory: "64MiB" },
      },
    ],
  };
  await server.ask("POST", "/v1/executions", { description: blocker });
  const request = requestBytes(
    "POST",
    new URL(`${server.url}/v1/executions`),
    server.token,
    JSON.stringify({ zapp: "hello" }),
  );
  await load({
    url: server.url,
    connections: CONNECTIONS,
    requests: Math.min(requests, 2000),
    request: () => request,
  });
  const api = await load({
    url: server.url,
    connections: CONNECTIONS,
    requests,
    request: () => request,
  });
  const raw = await rawCommits();
  console.log(
    `POST /v1/executions, ${CONNECTIONS} connections, ${requests} requests, every place taken\n`,
  );
  console.log(
    `submissions      ${api.perSecond.toFixed(0).padStart(7)} a second   p50 ${api.p50Ms.toFixed(1)} ms   p99 ${api.p99Ms.toFixed(1)} ms   statuses ${[...api.statuses].map(([status, n]) => `${status}: ${n}`).join(", ")}`,
  );
  console.log(
    `raw commits      ${raw.toFixed(0).padStart(7)} a second   the same bytes, 5 puts each, ${CONNECTIONS} at once`,
  );
  console.log(`ratio            ${(api.perSecond / raw).toFixed(2).padStart(7)}`);
  console.log(
    "\nBound by the control plane's one thread: parsing, checking and expanding; the load generator takes its share of the machine.",
  );
} finally {
  await server.stop();
}
