// One line of progress: a bar, how many are done and failed, how fast, how long still, and who works.
import { widthOf } from "./text.ts";
import { count, duration, grouped, rate } from "./words.ts";

export interface Progress {
  readonly done: number;
  /** Of `done`. */
  readonly failed: number;
  readonly total: number;
  /** More may come: `total` still grows. */
  readonly isOpen?: boolean;
  readonly perSecond?: number;
  readonly etaSeconds?: number;
  /** What works on it now, as `8 workers`. */
  readonly workers?: string;
}

const EIGHTHS = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"] as const;
const MOST = 40;

export function bar(part: number, whole: number, width: number): string {
  const eighths = whole <= 0 ? 0 : Math.floor((Math.min(part, whole) / whole) * width * 8);
  const full = "█".repeat(Math.floor(eighths / 8)) + EIGHTHS[eighths % 8];
  return full + "░".repeat(Math.max(0, width - widthOf(full)));
}

/** The figures alone: `68/100 done, 1 failed, 31.4/s, 1.0 s left, 8 workers`. */
export function figures(progress: Progress): string[] {
  const { done, failed, total, perSecond, etaSeconds, workers, isOpen = false } = progress;
  return [
    `${grouped(done)}/${grouped(total)}${isOpen ? "+" : ""}`,
    `${grouped(failed)} failed`,
    ...(perSecond === undefined || perSecond <= 0 ? [] : [rate(perSecond)]),
    ...(etaSeconds === undefined || done >= total ? [] : [`ETA ${duration(etaSeconds)}`]),
    ...(workers === undefined ? [] : [workers]),
  ];
}

export function progressLine(
  progress: Progress,
  width: number,
  paint: (style: "green" | "red" | "dim", text: string) => string = (_, text) => text,
): string {
  const texts = figures(progress);
  const room = width - widthOf(texts.join("  ")) - 2;
  const painted = texts.map((text, at) =>
    at === 1 ? paint(progress.failed > 0 ? "red" : "dim", text) : text,
  );
  if (room < 8) return painted.join("  ");
  return [
    paint("green", bar(progress.done, progress.total, Math.min(MOST, room))),
    ...painted,
  ].join("  ");
}

/** Rates over the last seconds, from what was done when: steadier than from one look to the next. */
export function rateOver(
  looks: readonly { readonly at: number; readonly done: number }[],
): number | undefined {
  const [first, last] = [looks[0], looks.at(-1)];
  if (first === undefined || last === undefined || last.at <= first.at) return undefined;
  return ((last.done - first.done) * 1000) / (last.at - first.at);
}

export function workers(n: number, noun = "worker"): string {
  return count(n, noun);
}
