// Bills as people read them: what, how much of it, what it comes to, and why.
import { FREE_AT_RUN_TIME, type IdleBill } from "./idle.ts";
import { type Item, PRICES, total, usdOf } from "./prices.ts";
import type { Workload } from "./workloads.ts";

export function tell(idle: IdleBill, workloads: readonly Workload[]): string {
  return [
    "While nothing runs, a month (us-east-1, no free tier counted)",
    ...lines([...idle.items].sort((a, b) => usdOf(b) - usdOf(a))),
    "",
    `  Nothing for: ${idle.free.map(({ type, count }) => `${count} ${type.slice(5)}`).join(", ")}`,
    `  Nor at run time for: ${FREE_AT_RUN_TIME}`,
    ...workloads.flatMap(({ name, told, items }) => ["", `${name} (${told})`, ...lines(items)]),
    "",
    `Prices read from ${earliest()} on; their sources: infra/cost/prices.ts. They change, and other regions cost 0 to 30 % more.`,
  ].join("\n");
}

/** What is less stands together in one line; `--json` has all. */
const SMALLEST_USD = 0.0005;

function lines(items: readonly Item[]): string[] {
  const shown = items.filter((item) => usdOf(item) >= SMALLEST_USD);
  const rest = items.filter((item) => usdOf(item) < SMALLEST_USD);
  return [
    ...shown.map((item) => line(item.what, usdOf(item), `${quantity(item)}; ${item.because}`)),
    ...(rest.length > 0 ? [line(`${rest.length} smaller ones`, total(rest))] : []),
    line("Together", total(items)),
  ];
}

function line(what: string, usd: number, why = ""): string {
  return `  ${what.padEnd(39)} ${money(usd).padStart(9)}  ${why}`.trimEnd();
}

/** Small sums matter here: they are what is left of an idle bill. */
function money(usd: number): string {
  if (usd >= 1) return usd.toFixed(2);
  return usd >= 0.00005 ? usd.toFixed(4) : "0";
}

function quantity({ quantity: n, price }: Item): string {
  const digits = n >= 100 ? 0 : 3;
  return `${n.toLocaleString("en-US", { maximumFractionDigits: digits })} ${PRICES[price].unit}`;
}

function earliest(): string {
  return Object.values(PRICES)
    .map(({ date }) => date)
    .sort()[0] as string;
}

export function asJson(idle: IdleBill, workloads: readonly Workload[]): unknown {
  const priced = (items: readonly Item[]) => ({
    usd: total(items),
    items: items.map((item) => ({ ...item, usd: usdOf(item) })),
  });
  return {
    idle: { ...priced(idle.items), free: idle.free },
    workloads: workloads.map(({ name, told, items }) => ({ name, told, ...priced(items) })),
    prices: PRICES,
  };
}
