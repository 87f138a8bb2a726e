// Sizes as Slurm reads and writes them: `4G`, `500M`, `1024` (MiB).

const MIB: Readonly<Record<string, number>> = { K: 1 / 1024, M: 1, G: 1024, T: 1024 ** 2 };

/** MiB, rounded up; undefined when it is no size. */
export function mibOf(text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?)([KMGT]?)B?$/i.exec(text);
  if (match === null) return undefined;
  return Math.ceil(Number(match[1]) * (MIB[(match[2] || "M").toUpperCase()] ?? 1));
}

/** `124K`, as sacct shows MaxRSS; `unit` chosen with --units. */
export function kibText(mib: number, unit = "K"): string {
  const factor = MIB[unit] ?? 1;
  const amount = mib / factor;
  return unit === "K" ? `${Math.round(amount)}K` : `${amount.toFixed(2)}${unit}`;
}

/** `4G` where it is whole, else `4500M`. */
export function memoryText(mib: number): string {
  return mib % 1024 === 0 && mib > 0 ? `${mib / 1024}G` : `${mib}M`;
}
