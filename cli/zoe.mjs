#!/usr/bin/env node
// The door of the command line, in plain JavaScript: finds a Node 24 and runs main.ts on it. This Node may be older.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import module from "node:module";
import { constants } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const NEEDED = 24;
const cli = dirname(fileURLToPath(import.meta.url));
const root = dirname(cli);
/** What Node makes of the sources is kept beside the packages: the next start takes a third of the time. */
const cache = join(root, "node_modules", ".cache", "zoe");
const packaged = join(root, "node_modules", ".bin", "node");

if (!existsSync(join(root, "node_modules", "commander"))) {
  refuse(`The packages of Zoe are not installed: run \`npm ci\` in ${root}, then this again.`);
} else if (Number.parseInt(process.versions.node, 10) >= NEEDED) {
  module.enableCompileCache?.(cache);
  await import("./main.ts");
} else if (existsSync(packaged)) {
  handOver(packaged);
} else {
  refuse(
    `Zoe needs Node ${NEEDED} or later; this is ${process.version}, and none comes with the packages here: install Node ${NEEDED}, then run this again.`,
  );
}

function refuse(sentence) {
  console.error(sentence);
  process.exitCode = 3;
}

/** Signals go to the child as well: it knows what to leave in order. */
function handOver(node) {
  const child = spawn(node, [join(cli, "main.ts"), ...process.argv.slice(2)], {
    stdio: "inherit",
    env: { NODE_COMPILE_CACHE: cache, ...process.env },
  });
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT"]) {
    process.on(signal, () => child.kill(signal));
  }
  child.on("error", (error) => refuse(`Node could not be started: ${error.message}`));
  child.on("exit", (code, signal) => {
    process.exit(signal ? 128 + constants.signals[signal] : code);
  });
}
