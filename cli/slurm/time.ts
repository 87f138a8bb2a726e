// Times as Slurm writes and reads them: `90`, `1:30:00`, `2-12`, `2026-03-01T12:00:00`.

const FORMS: readonly (readonly [RegExp, (n: readonly number[]) => number])[] = [
  [/^(\d+)$/, ([m = 0]) => m * 60],
  [/^(\d+):(\d+)$/, ([m = 0, s = 0]) => m * 60 + s],
  [/^(\d+):(\d+):(\d+)$/, ([h = 0, m = 0, s = 0]) => (h * 60 + m) * 60 + s],
  [/^(\d+)-(\d+)$/, ([d = 0, h = 0]) => (d * 24 + h) * 3600],
  [/^(\d+)-(\d+):(\d+)$/, ([d = 0, h = 0, m = 0]) => ((d * 24 + h) * 60 + m) * 60],
  [/^(\d+)-(\d+):(\d+):(\d+)$/, ([d = 0, h = 0, m = 0, s = 0]) => ((d * 24 + h) * 60 + m) * 60 + s],
];

/** Seconds of a time limit; `none` for no limit, undefined when it is no time. */
export function limitOf(text: string): number | "none" | undefined {
  if (/^(0|infinite|unlimited|-1)$/i.test(text)) return "none";
  for (const [pattern, seconds] of FORMS) {
    const match = pattern.exec(text);
    if (match) return seconds(match.slice(1).map(Number));
  }
  return undefined;
}

const two = (n: number) => String(n).padStart(2, "0");

/** `1-02:03:04`; `isShort`: without hours where there are none, as squeue has it. */
export function spanOf(seconds: number, isShort = false): string {
  const whole = Math.max(0, Math.floor(seconds));
  const [days, hours] = [Math.floor(whole / 86_400), Math.floor(whole / 3600) % 24];
  const [minutes, rest] = [Math.floor(whole / 60) % 60, whole % 60];
  if (days > 0) return `${days}-${two(hours)}:${two(minutes)}:${two(rest)}`;
  if (isShort && hours === 0) return `${minutes}:${two(rest)}`;
  return `${isShort ? hours : two(hours)}:${two(minutes)}:${two(rest)}`;
}

/** `2026-03-01T12:00:00`, in the time of this machine, as Slurm's. */
export function stampOf(unixMs: number): string {
  const date = new Date(unixMs);
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  return `${day}T${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
}

const UNITS: Readonly<Record<string, number>> = {
  second: 1,
  minute: 60,
  hour: 3600,
  day: 86_400,
  week: 604_800,
};

/** A point in time for `-S` and `-E`, in Unix milliseconds: dates, times of today, `now-2hours`, `today`. */
export function pointOf(text: string, now: number): number | undefined {
  const words = /^(now|today|midnight|noon)(?:([+-])(\d+)(?:(second|minute|hour|day|week)s?)?)?$/i;
  const match = words.exec(text);
  if (match) {
    const [, word = "", sign, count = "0", unit = "second"] = match;
    const step = Number(count) * (UNITS[unit.toLowerCase()] ?? 1) * 1000;
    return wordPoint(word.toLowerCase(), now) + (sign === "-" ? -step : step);
  }
  const time = /^\d{1,2}:\d{2}(:\d{2})?$/.exec(text);
  if (time) return Date.parse(`${stampOf(now).slice(0, 11)}${text.padStart(5, "0")}`);
  const american = /^(\d{2})\/?(\d{2})(?:\/?(\d{2}))?(?:-(\d{2}:\d{2}(?::\d{2})?))?$/.exec(text);
  if (american) {
    const [, month, day, year, clock = "00:00"] = american;
    const full = year === undefined ? String(new Date(now).getFullYear()) : `20${year}`;
    return valid(Date.parse(`${full}-${month}-${day}T${clock}`));
  }
  const iso = /^(\d{4}-\d{2}-\d{2})(?:T(\d{2}:\d{2}(?::\d{2})?))?$/.exec(text);
  return iso ? valid(Date.parse(`${iso[1]}T${iso[2] ?? "00:00"}`)) : undefined;
}

function wordPoint(word: string, now: number): number {
  if (word === "now") return now;
  return Date.parse(`${stampOf(now).slice(0, 11)}${word === "noon" ? "12" : "00"}:00:00`);
}

function valid(at: number): number | undefined {
  return Number.isNaN(at) ? undefined : at;
}
