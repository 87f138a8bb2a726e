// A plan as people read it: whether it would start, and where each service would run.
import type { PlanAnswer } from "#shared/api/execution.ts";
import { showTable } from "./execution.ts";
import { askedWords } from "./outcome.ts";
import type { Terminal } from "./terminal.ts";
import { grouped } from "./words.ts";

type Planned = PlanAnswer["services"][number];

const STARTS: Readonly<Record<PlanAnswer["starts"], string>> = {
  now: "would start now",
  later: "would wait",
  "with its first task": "would start with its first task",
};

export function showPlan(terminal: Terminal, { zapp, starts, reason, services }: PlanAnswer): void {
  terminal.say(`${terminal.paint("bold", zapp)} ${STARTS[starts]}.`);
  if (reason !== undefined) {
    terminal.say(`  ${reason.text}`);
    if (reason.help !== undefined) terminal.say(`  ${reason.help}`);
  }
  terminal.say("");
  showTable(terminal, PLANNED, services);
}

const PLANNED = [
  { title: "SERVICE", of: ({ service }: Planned) => service, least: 8 },
  { title: "RUN", of: ({ run }: Planned) => run },
  {
    title: "INSTANCES",
    of: ({ count, essential }: Planned) => countOf(count, essential),
    least: 12,
  },
  { title: "EACH", of: ({ asked }: Planned) => askedWords(asked) },
  { title: "WHERE", of: ({ backend, capacity }: Planned) => `${backend}, ${capacity}`, least: 8 },
  { title: "AFTER", of: ({ after }: Planned) => after.join(", "), goes: 1 },
] as const;

function countOf(count: number, essential: number): string {
  if (essential === 0) return `up to ${grouped(count)}`;
  return essential === count ? grouped(count) : `${grouped(essential)} to ${grouped(count)}`;
}
