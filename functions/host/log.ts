// The structured log of this host: one JSON line each on standard error, or only what matters when a person watches.
import type { Log } from "#functions/world.ts";

const LEVELS = ["error", "warn", "info"] as const;
export type LogLevel = (typeof LEVELS)[number];

export function jsonLog(level: LogLevel, write: (line: string) => void, now: () => number): Log {
  const most = LEVELS.indexOf(level);
  const at =
    (name: LogLevel) =>
    (text: string, about: Readonly<Record<string, unknown>> = {}) => {
      if (LEVELS.indexOf(name) > most) return;
      const time = new Date(now()).toISOString();
      write(`${JSON.stringify({ time, level: name, text, ...plain(about) })}\n`);
    };
  return { info: at("info"), warn: at("warn"), error: at("error") };
}

/** Errors do not print themselves as JSON. */
function plain(about: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const entries = Object.entries(about).map(([name, value]) => [
    name,
    value instanceof Error ? { message: value.message, stack: value.stack } : value,
  ]);
  return Object.fromEntries(entries);
}
