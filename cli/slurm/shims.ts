// Commands under Slurm's names: each hands its words to `zoe`; what Zoe does not do says so.
import { quoted } from "./file-name.ts";
import { SLURM_NAMES } from "./manner.ts";

const MISSING = ["sattach", "sbcast", "sdiag", "sprio", "sreport", "sshare", "sstat", "strigger"];

/** Name -> text. */
export function shims(node: string, door: string): Record<string, string> {
  const calls = (name: string) => `#!/bin/sh\nexec ${quoted(node)} ${quoted(door)} ${name} "$@"\n`;
  return {
    ...Object.fromEntries(SLURM_NAMES.map((name) => [name, calls(name)])),
    srun: srun(calls("srun")),
    ...Object.fromEntries(MISSING.map((name) => [name, refuses(name)])),
  };
}

/** Inside a job its own srun stands in front of this one in PATH, unless the job has set PATH anew. */
function srun(outside: string): string {
  const inside = '[ -n "$ZOE_SLURM_BIN" ] && exec "$ZOE_SLURM_BIN/srun" "$@"';
  return outside.replace("\n", () => `\n${inside}\n`);
}

function refuses(name: string): string {
  return `#!/bin/sh\necho "${name}: error: ${name} is not supported by Zoe" >&2\nexit 1\n`;
}
