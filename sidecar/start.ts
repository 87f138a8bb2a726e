// The script that starts a program whose command and environment did not fit into the request, or that depend on its number.
import { writeFile } from "node:fs/promises";
import { FOLDERS, type Start } from "#shared/container-group.ts";
import { wordsOf } from "#shared/zapp/words.ts";
import { type Instance, startOf } from "./instance.ts";
import { bringAgent, keptByAgent } from "./node.ts";
import { inside, type SidecarWorld } from "./world.ts";

export async function writeStart(world: SidecarWorld, instance: Instance): Promise<void> {
  const start = startOf(instance);
  if (!start) return;
  const { gang } = instance.spec;
  if (gang) await bringAgent(world);
  const text = scriptOf(gang ? keptByAgent(instance, gang, start) : start, numberedBy(instance));
  await writeFile(inside(world, FOLDERS.start), text, { mode: 0o755 });
}

function numberedBy({ spec, index }: Instance): Readonly<Record<string, string>> {
  if (spec.run === "worker") return {};
  const instance = { ZOE_INSTANCE: String(index) };
  return spec.run === "array" ? { ...instance, ZOE_ARRAY_INDEX: String(index) } : instance;
}

export function scriptOf(
  { command, environment }: Start,
  numbered: Readonly<Record<string, string>>,
): string {
  const lines = Object.entries({ ...environment, ...numbered }).map(
    ([name, value]) => `export ${name}=${quoted(value)}`,
  );
  return `#!/bin/sh\n${lines.join("\n")}\nexec ${wordsOf(command).map(quoted).join(" ")}\n`;
}

function quoted(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`;
}
