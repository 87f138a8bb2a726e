// What the demo shows at its end: the table of predictions, and how often they are right beside simple guesses.
import { bar } from "#cli/show/bar.ts";
import { table } from "#cli/show/table.ts";
import type { Terminal } from "#cli/show/terminal.ts";
import { pad } from "#cli/show/text.ts";
import { percent } from "#cli/show/words.ts";
import { isRight, type Score, type Verdict, wrongFirst } from "./verdicts.ts";

/** On a terminal so many rows that the accuracy below is seen too; a pipe gets all of them. */
const ROWS = { least: 20, most: 40, below: 18 } as const;
const BAR_WIDTH = 25;
const BASELINE = "baseline: ";

export function showVerdicts(
  terminal: Terminal,
  verdicts: readonly Verdict[],
  isWhole: boolean,
): void {
  const rows = isWhole ? wrongFirst(verdicts) : rowsFor(verdicts, terminal.height);
  const hasSubtopics = verdicts.some(({ subtopic }) => subtopic !== undefined);
  const columns = [
    { title: " ", of: signOf, paint: (text: string) => terminal.paint(colourOf(text), text) },
    { title: "WORKER", of: ({ worker }: Verdict) => worker },
    { title: "ANSWER", of: ({ answer }: Verdict) => answer ?? "" },
    {
      title: "PREDICTED",
      of: ({ predicted, error }: Verdict) => predicted ?? error ?? "",
      least: 16,
      paint: (text: string, row: Verdict) =>
        signOf(row) === "✗" ? terminal.paint("red", text) : text,
    },
    ...(hasSubtopics
      ? [{ title: "SUB-TOPIC", of: ({ subtopic }: Verdict) => subtopic ?? "", least: 14, goes: 1 }]
      : []),
    { title: "TITLE", of: ({ title }: Verdict) => title, least: 40 },
  ];
  const heading = (text: string) => terminal.paint("dim", text);
  terminal.say("");
  for (const line of table(columns, rows, { width: terminal.width, heading })) terminal.say(line);
  const more = verdicts.length - rows.length;
  if (more > 0)
    terminal.say(
      terminal.paint(
        "dim",
        `and ${more} more, none of them wrong: \`npm run demo -- --all\` shows them`,
      ),
    );
}

/** All wrong ones, and of the others as many as fit: some of each topic. */
function rowsFor(verdicts: readonly Verdict[], height: number | undefined): Verdict[] {
  const sorted = wrongFirst(verdicts);
  if (height === undefined) return sorted;
  const most = Math.min(ROWS.most, Math.max(ROWS.least, height - ROWS.below));
  const wrong = sorted.filter((verdict) => signOf(verdict) === "✗");
  const others = sorted.slice(wrong.length);
  const room = Math.min(others.length, Math.max(5, most - wrong.length));
  const spread = Array.from({ length: room }, (_, at) => Math.floor((at * others.length) / room));
  return [...wrong, ...spread.flatMap((at) => others[at] ?? [])];
}

function signOf(verdict: Verdict): string {
  if (verdict.error !== undefined) return "✗";
  const right = isRight(verdict);
  if (right === undefined) return "·";
  return right ? "✓" : "✗";
}

function colourOf(sign: string): "green" | "red" | "dim" {
  if (sign.trim() === "·") return "dim";
  return sign.trim() === "✓" ? "green" : "red";
}

export function showScores(
  terminal: Terminal,
  scores: readonly Score[],
  baselines: readonly Score[],
): void {
  if (scores.length === 0) return;
  terminal.say("");
  const [overall, ...topics] = scores;
  const lengths = [
    ...scores.map(({ name }) => name.length + 2),
    ...baselines.map(({ name }) => name.length + BASELINE.length),
  ];
  const width = Math.max(...lengths);
  const line = ({ name, right, of }: Score, style: "bold" | "dim" | undefined, indent: string) => {
    const text = pad(`${indent}${name}`, width);
    const figures = `${percent(right, of).padStart(7)}  ${`${right} of ${of}`.padStart(11)}`;
    const strip = terminal.paint(style === "dim" ? "dim" : "green", bar(right, of, BAR_WIDTH));
    terminal.say(
      `${style === undefined ? text : terminal.paint(style, text)}  ${figures}  ${strip}`,
    );
  };
  terminal.say(terminal.paint("dim", "ACCURACY"));
  if (overall !== undefined) line(overall, "bold", "");
  for (const topic of topics) line(topic, undefined, "  ");
  for (const baseline of baselines) line(baseline, "dim", BASELINE);
}
