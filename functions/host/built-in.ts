// The catalogue that ships with Zoe: every folder under zapps/ with a zapp.yaml.
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import type { BuiltInZapp } from "#functions/world.ts";
import { compose } from "#shared/zapp/compose.ts";
import { Framework, type Frameworks } from "#shared/zapp/framework.ts";

/** Every folder under `folder`/frameworks with a framework.yaml. */
export function readFrameworks(folder: string): Frameworks {
  const root = join(folder, "frameworks");
  const names = existsSync(root) ? readdirSync(root) : [];
  const files = names.map((name) => join(root, name, "framework.yaml")).filter(existsSync);
  const frameworks = files.map((file) => Framework.parse(parse(readFileSync(file, "utf8"))));
  return new Map(frameworks.map((framework) => [framework.name, framework]));
}

export function readBuiltIn(
  folder: string,
  frameworks: Frameworks = readFrameworks(folder),
): ReadonlyMap<string, BuiltInZapp> {
  const zapps = readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && existsSync(join(folder, entry.name, "zapp.yaml")))
    .map((entry) => readZapp(join(folder, entry.name), entry.name, frameworks));
  return new Map(zapps.map((zapp) => [zapp.name, zapp]));
}

function readZapp(programRoot: string, name: string, frameworks: Frameworks): BuiltInZapp {
  const text = readFileSync(join(programRoot, "zapp.yaml"), "utf8");
  const readme = readText(join(programRoot, "README.md"));
  const version = createHash("sha256").update(text).digest("hex").slice(0, 16);
  const { document } = compose(parse(text, { merge: true }), frameworks);
  return { name, version, text, document, programRoot, ...(readme !== undefined && { readme }) };
}

function readText(path: string): string | undefined {
  return existsSync(path) ? readFileSync(path, "utf8") : undefined;
}
