// The catalogue that ships with Zoe: every folder under zapps/ with a zapp.yaml.
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import type { BuiltInZapp } from "#functions/world.ts";

export function readBuiltIn(folder: string): ReadonlyMap<string, BuiltInZapp> {
  const zapps = readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && existsSync(join(folder, entry.name, "zapp.yaml")))
    .map((entry) => readZapp(join(folder, entry.name), entry.name));
  return new Map(zapps.map((zapp) => [zapp.name, zapp]));
}

function readZapp(programRoot: string, name: string): BuiltInZapp {
  const text = readFileSync(join(programRoot, "zapp.yaml"), "utf8");
  const readme = readText(join(programRoot, "README.md"));
  const version = createHash("sha256").update(text).digest("hex").slice(0, 16);
  const document: unknown = parse(text, { merge: true });
  return { name, version, text, document, programRoot, ...(readme !== undefined && { readme }) };
}

function readText(path: string): string | undefined {
  return existsSync(path) ? readFileSync(path, "utf8") : undefined;
}
