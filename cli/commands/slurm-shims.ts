// `zoe slurm-shims`: commands named sbatch, squeue and so on, for tools that call Slurm.
import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import type { Command } from "commander";
import type { Cli } from "#cli/cli.ts";
import { newCommand } from "#cli/command.ts";
import { shims } from "#cli/slurm/shims.ts";

const DOOR = resolve(import.meta.dirname, "..", "zoe.mjs");

export function slurmShimsCommand(cli: Cli): Command {
  const command = newCommand({
    usage: "slurm-shims <dir>",
    summary:
      "Write commands named sbatch, squeue, ... that call this zoe, for tools that know Slurm",
    examples: ['zoe slurm-shims ~/slurm && export PATH="$HOME/slurm:$PATH"'],
  });
  return command.action((dir: string) => {
    mkdirSync(dir, { recursive: true });
    const written = Object.entries(shims(process.execPath, DOOR));
    for (const [name, text] of written) {
      const path = join(dir, name);
      writeFileSync(path, text);
      chmodSync(path, 0o755);
    }
    cli.terminal.say(written.map(([name]) => name).join(" "));
    cli.terminal.note(`In front of the others: export PATH="${resolve(dir)}:$PATH"`);
  });
}
