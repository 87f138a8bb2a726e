// What runs a script: what its first line says, or else its name. For a server on this machine, the program is looked up here.
import { accessSync, constants, readFileSync } from "node:fs";
import { delimiter, extname, join } from "node:path";
import { VisibleError } from "#shared/fault.ts";

const BY_EXTENSION: Readonly<Record<string, readonly string[]>> = {
  ".py": ["python3"],
  ".sh": ["sh"],
  ".bash": ["bash"],
  ".js": ["node"],
  ".mjs": ["node"],
  ".ts": ["node"],
  ".pl": ["perl"],
  ".rb": ["ruby"],
  ".r": ["Rscript"],
  ".R": ["Rscript"],
  ".jl": ["julia"],
};

export interface Where {
  /** The server is on this machine: what PATH and VIRTUAL_ENV say here holds there. */
  readonly isHere: boolean;
  readonly path?: string;
  readonly virtualEnv?: string;
  /** `--interpreter`, as one text. */
  readonly asked?: string;
}

/** Words that come before the script's path. */
export function interpreterOf(
  script: string,
  { isHere, path, virtualEnv, asked }: Where,
): string[] {
  const words =
    asked?.split(/\s+/).filter(Boolean) ?? firstLine(script) ?? BY_EXTENSION[extname(script)];
  const [program, ...rest] = words ?? [];
  if (program === undefined) {
    throw new VisibleError(
      "invalid",
      `Nothing says what runs ${script}: begin it with a line such as #!/usr/bin/env python3, or say --interpreter.`,
    );
  }
  if (virtualEnv && /^python3?$/.test(program)) return [join(virtualEnv, "bin", "python"), ...rest];
  // Node comes with Zoe, wherever the program runs.
  if (!isHere || program === "node") return [program, ...rest];
  return [found(program, path ?? ""), ...rest];
}

/** `#!/usr/bin/env -S python3 -u` and `#!/bin/sh -e`. */
function firstLine(script: string): string[] | undefined {
  const [line = ""] = readFileSync(script, "latin1").split("\n", 1);
  if (!line.startsWith("#!")) return undefined;
  const words = line.slice(2).trim().split(/\s+/).filter(Boolean);
  const isEnv = words[0]?.endsWith("/env") === true;
  return isEnv ? words.slice(words[1] === "-S" ? 2 : 1) : words;
}

function found(program: string, path: string): string {
  if (program.includes("/")) return program;
  const places = path.split(delimiter).map((folder) => join(folder, program));
  return places.find(isExecutable) ?? program;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
