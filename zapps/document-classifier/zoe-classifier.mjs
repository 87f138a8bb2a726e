#!/usr/bin/env node
// The door: plain JavaScript that any Node can read. It finds a Node that runs TypeScript, and says what to do where there is none.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const node = runsTypeScript() ? process.execPath : installedNode(here);

if (node === undefined) {
  console.error(
    `zoe-classifier needs Node 24 or later; this is ${process.version}, and none is installed with the packages here: run \`npm ci\`, or install Node 24, then run this again.`,
  );
  process.exit(1);
}

const words = [join(here, "command-line.ts"), ...process.argv.slice(2)];
const { status, error } = spawnSync(node, words, { stdio: "inherit" });
if (error) console.error(String(error));
process.exit(status ?? 1);

function runsTypeScript() {
  return Number.parseInt(process.versions.node, 10) >= 24;
}

/** The packages may lie in any folder above. */
function installedNode(folder) {
  const found = join(folder, "node_modules", ".bin", "node");
  if (existsSync(found)) return found;
  return dirname(folder) === folder ? undefined : installedNode(dirname(folder));
}
