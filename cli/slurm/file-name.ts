// `slurm-%A_%a.out`: the names of a job's files, as words of the shell that runs it, where its numbers are known.

const VARIABLES: Readonly<Record<string, string>> = {
  A: "SLURM_ARRAY_JOB_ID:-$SLURM_JOB_ID",
  a: "SLURM_ARRAY_TASK_ID:-4294967294",
  J: "SLURM_JOB_ID",
  j: "SLURM_JOB_ID",
  N: "SLURMD_NODENAME",
  n: "SLURM_NODEID:-0",
  s: "SLURM_STEP_ID:-batch",
  t: "SLURM_PROCID:-0",
  u: "SLURM_JOB_USER",
  x: "SLURM_JOB_NAME",
};

/** The field that Zoe can't fill in, if there is one. */
export function unknownField(pattern: string): string | undefined {
  if (pattern.includes("\\")) return undefined;
  for (const [field = "", , letter = ""] of pattern.matchAll(/%(\d*)(.)/g))
    if (letter !== "%" && VARIABLES[letter] === undefined) return field;
  return undefined;
}

/** One word for /bin/sh. A backslash anywhere turns all replacement off. */
export function shellWord(pattern: string): string {
  if (pattern.includes("\\")) return quoted(pattern.replaceAll("\\", ""));
  return pattern
    .split(/(%\d*.)/)
    .filter((part) => part !== "")
    .map(partOf)
    .join("");
}

function partOf(part: string): string {
  const match = /^%(\d*)(.)$/.exec(part);
  if (match === null) return quoted(part);
  const [, width = "", letter = ""] = match;
  if (letter === "%") return quoted("%");
  const variable = VARIABLES[letter];
  if (variable === undefined) return quoted(part);
  const digits = Math.min(10, Number(width));
  const isNumber = "AaJjnt".includes(letter) && digits > 0;
  return isNumber ? `$(printf %0${digits}d "\${${variable}}")` : `"\${${variable}}"`;
}

export function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
