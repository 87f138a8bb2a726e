// Units: people write `20s` and `512MiB`, everything inside counts in seconds and MiB.
import { quote } from "./fault.ts";

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const MIB = 1024 ** 2;

/** Longer than anything that is meant, short enough that no clock overflows. */
export const LONGEST_SECONDS = 366 * DAY;
/** 64 TiB. */
export const LARGEST_MIB = 64 * 1024 ** 2;

const number = "\\d+(?:\\.\\d+)?";
export const DURATION = new RegExp(
  `^(?=.)(?:(${number})d)?(?:(${number})h)?(?:(${number})m)?(?:(${number})s)?$`,
);
export const ISO_DURATION = new RegExp(
  `^P(?!$)(?:(${number})D)?(?:T(?=\\d)(?:(${number})H)?(?:(${number})M)?(?:(${number})S)?)?$`,
);
export const SIZE = new RegExp(`^(${number}) ?([KMGT]iB?|[kKMGT]B)$`);

const BYTES: Readonly<Record<string, number>> = {
  K: 1024,
  M: MIB,
  G: 1024 ** 3,
  T: 1024 ** 4,
  KB: 1000,
  MB: 1000 ** 2,
  GB: 1000 ** 3,
  TB: 1000 ** 4,
};

/** `1h30m` and `PT1H30M` are 5400; undefined when it is no duration, or longer than a year. */
export function secondsOf(text: string): number | undefined {
  const match = DURATION.exec(text) ?? ISO_DURATION.exec(text);
  if (!match) return undefined;
  const [days, hours, minutes, seconds] = match.slice(1).map((part) => Number(part ?? 0));
  const total = (days ?? 0) * DAY + (hours ?? 0) * HOUR + (minutes ?? 0) * MINUTE + (seconds ?? 0);
  return total <= LONGEST_SECONDS ? total : undefined;
}

/** `2GiB` is 2048 and `2GB` 1908: whole MiB, rounded up, so that what was asked for fits. */
export function mibOf(text: string): number | undefined {
  const match = SIZE.exec(text);
  if (!match) return undefined;
  const unit = (match[2] ?? "").replace(/iB?$/, "").replace("k", "K");
  const mib = Math.ceil((Number(match[1]) * (BYTES[unit] ?? Number.NaN)) / MIB);
  return mib <= LARGEST_MIB ? mib : undefined;
}

export function whyNoDuration(came: unknown): string {
  const wanted = "Wanted a duration with its unit, such as 20s, 15m, 12h, 1h30m or PT10M";
  return (
    bare(wanted, came, "s", "seconds") ?? `${wanted}, of at most 366 days; got ${quote(came)}.`
  );
}

export function whyNoSize(came: unknown): string {
  const wanted = "Wanted a size with its unit, such as 512MiB or 2GiB";
  return bare(wanted, came, "MiB", "MiB") ?? `${wanted}, of at most 64 TiB; got ${quote(came)}.`;
}

function bare(wanted: string, came: unknown, unit: string, name: string): string | undefined {
  const isBare =
    typeof came === "number" || (typeof came === "string" && /^\d+(\.\d+)?$/.test(came));
  if (!isBare) return undefined;
  return `${wanted}; got the bare number ${came}. Write ${came}${unit} if ${name} are meant.`;
}

/** The shortest way to write it: 5400 is `1h30m`. */
export function writeSeconds(total: number): string {
  const parts: string[] = [];
  let rest = total;
  for (const [unit, size] of [
    ["d", DAY],
    ["h", HOUR],
    ["m", MINUTE],
  ] as const) {
    const whole = Math.floor(rest / size);
    if (whole > 0) parts.push(`${whole}${unit}`);
    rest -= whole * size;
  }
  if (rest > 0 || parts.length === 0) parts.push(`${Number(rest.toFixed(3))}s`);
  return parts.join("");
}

/** As people read it: 2048 is `2 GiB`, 1900 is `1900 MiB`. */
export function writeMib(mib: number): string {
  const isWholeGib = mib >= 1024 && mib % 1024 === 0;
  return isWholeGib ? `${mib / 1024} GiB` : `${mib} MiB`;
}
