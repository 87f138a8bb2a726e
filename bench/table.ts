// How a bench prints what it found: rows of cells under their heads, numbers to the right; and the few sums that all of them need.

export type Cell = string | number;

export function table(heads: readonly string[], rows: readonly (readonly Cell[])[]): string {
  const texts = [heads, ...rows.map((row) => row.map(String))];
  const widths = heads.map((_, at) => Math.max(...texts.map((row) => row[at]?.length ?? 0)));
  const lines = texts.map((row) =>
    row
      .map((text, at) => (at === 0 ? text.padEnd(widths[at] ?? 0) : text.padStart(widths[at] ?? 0)))
      .join("   "),
  );
  return lines.map((line) => line.trimEnd()).join("\n");
}

export function whole(n: number): string {
  return Math.round(n).toLocaleString("en");
}

export function median(numbers: readonly number[]): number {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? 0;
}
