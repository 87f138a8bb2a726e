// `--export`: which of the submitter's variables the job sees. Those that hold secrets stay behind unless they are named.
import { SlurmError } from "./fault.ts";
import { quoted } from "./file-name.ts";

export interface Exported {
  readonly variables: Readonly<Record<string, string>>;
  /** Not exported, since they look like secrets. */
  readonly withheld: readonly string[];
}

type Environment = Readonly<Record<string, string | undefined>>;

/** What an instance has of its own, or what means something only where it was set. */
const OWN =
  /^(SLURM_|OMPI_|HYDRA_|SLURMD_|SBATCH_|ZOE_(?!SERVER$|TOKEN_FILE$|STATE$)|TMPDIR$|PWD$|OLDPWD$|SHLVL$|_$|LS_COLORS$)/;
const SECRET = /(SECRET|TOKEN|PASSW|CREDENTIAL|API_?KEY|ACCESS_?KEY|PRIVATE_?KEY)/;
const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;

/** `all`: what `ALL` stands for, and what holds when nothing is said. */
export function exportedOf(
  text: string | undefined,
  environment: Environment,
  all: "everything" | "nothing",
): Exported {
  const parts = (text ?? "ALL").split(",").filter((part) => part !== "");
  const isAll = parts.some((part) => part.toUpperCase() === "ALL");
  const [usual, withheld] = isAll && all === "everything" ? everything(environment) : [{}, []];
  const named: Record<string, string> = {};
  for (const part of parts) {
    if (/^(ALL|NONE|NIL)$/i.test(part)) continue;
    const [name = "", ...value] = part.split("=");
    if (!NAME.test(name)) throw new SlurmError([`--export: "${part}" is no variable`]);
    const found = part.includes("=") ? value.join("=") : environment[name];
    if (found !== undefined) named[name] = found;
  }
  const hidden = withheld.filter((name) => named[name] === undefined);
  return { variables: { ...usual, ...named }, withheld: hidden };
}

function everything(environment: Environment): [Record<string, string>, string[]] {
  const variables: Record<string, string> = {};
  const withheld: string[] = [];
  for (const [name, value] of Object.entries(environment)) {
    if (value === undefined || OWN.test(name) || !NAME.test(name)) continue;
    const isSecret = SECRET.test(name) && !/_(FILE|PATH|DIR)$/.test(name);
    if (isSecret) withheld.push(name);
    else variables[name] = value;
  }
  return [variables, withheld];
}

/** As a file that a shell reads. */
export function exportText({ variables }: Exported): string {
  const lines = Object.entries(variables).map(([name, value]) => `export ${name}=${quoted(value)}`);
  return `${lines.join("\n")}\n`;
}
