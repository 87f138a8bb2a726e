// What the demo shows at its end: the table of predictions, and how often they are right beside simple guesses.
import { bar } from "#cli/show/bar.ts";
import { table } from "#cli/show/table.ts";
import type { Terminal } from "#cli/show/terminal.ts";
import { pad } from "#cli/show/text.ts";
import { percent } from "#cli/show/words.ts";
import { isRight, type Score, type Verdict, wrongFirst } from "./verdicts.ts";

/** On a terminal no more rows than people look at; a pipe gets them all. */
const ROWS_ON_A_SCREEN = 40;
const BAR_WIDTH = 25;

export function showVerdicts(
  terminal: Terminal,
  verdicts: readonly Verdict[],
  isWhole: boolean,
): void {
  const isScreen = terminal.height !== undefined;
  const most = isWhole || !isScreen ? verdicts.length : ROWS_ON_A_SCREEN;
  const sorted = wrongFirst(verdicts);
  const wrong = sorted.filter((verdict) => signOf(verdict) === "✗").length;
  const rows = sorted.slice(0, Math.max(most, wrong));
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
      ? [{ title: "SUB-TOPIC", of: ({ subtopic }: Verdict) => subtopic ?? "", least: 12, goes: 1 }]
      : []),
    { title: "TITLE", of: ({ title }: Verdict) => title, least: 24 },
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
  const names = [...scores, ...baselines].map(({ name }) => name.length);
  const width = Math.max(...names) + 2;
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
  for (const baseline of baselines) line(baseline, "dim", "");
}
