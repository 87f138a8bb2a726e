// `npm run fuzz`: an outside fuzzer of the published OpenAPI document (schemathesis, from PyPI) against a real server on this machine.
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { Server } from "#test/torture/server.ts";

const CHECKS = [
  "not_a_server_error",
  "status_code_conformance",
  "content_type_conformance",
  "response_schema_conformance",
];
const LONGEST_MS = 600_000;

const { values } = parseArgs({
  options: {
    examples: { type: "string", default: "25" },
    seed: { type: "string", default: "1" },
    schemathesis: { type: "string", default: process.env.SCHEMATHESIS ?? "schemathesis" },
  },
});

if (spawnSync(values.schemathesis, ["--version"]).status !== 0) {
  console.log(
    "skipped: schemathesis is not installed (pip install schemathesis, or set SCHEMATHESIS to its path)",
  );
  console.log("0 passed, 0 failed, 1 skipped");
  process.exit(0);
}

const folder = mkdtempSync(join(tmpdir(), "zoe-fuzz-"));
const port = await new Promise<number>((resolve) => {
  const server = createServer().listen(0, "127.0.0.1", () => {
    const address = server.address();
    server.close(() => resolve(typeof address === "object" && address ? address.port : 0));
  });
});
const server = new Server({ state: join(folder, "state"), port });
await server.start();
const { status } = spawnSync(
  values.schemathesis,
  [
    ...["run", `${server.url}/openapi.json`, "-H", `Authorization: Bearer ${server.token}`],
    ...["--checks", CHECKS.join(","), "-n", values.examples, "--seed", values.seed],
    ...["--workers", "1", "--request-timeout", "60"],
  ],
  { stdio: "inherit", timeout: LONGEST_MS, cwd: folder },
);
await server.end("SIGTERM");
rmSync(folder, { recursive: true, force: true });
console.log(status === 0 ? "1 passed, 0 failed" : "0 passed, 1 failed");
process.exitCode = status === 0 ? 0 : 1;
