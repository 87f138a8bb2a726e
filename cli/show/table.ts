// Tables that fit the terminal: columns that may be cut give way first, then those that may go.
import { cut, oneLine, pad, widthOf } from "./text.ts";

export interface Column<Row> {
  readonly title: string;
  readonly of: (row: Row) => string;
  readonly align?: "left" | "right";
  /** May be cut down to `least` columns. Without it the column is shown whole. */
  readonly least?: number;
  /** Those with the highest go first where it is narrow. Without it the column stays. */
  readonly goes?: number;
  readonly paint?: (text: string, row: Row) => string;
}

const GAP = 2;

/** `width` Infinity: nothing is cut, as for a pipe. */
export function table<Row>(
  columns: readonly Column<Row>[],
  rows: readonly Row[],
  { width, heading = (text) => text }: { width: number; heading?: (text: string) => string },
): string[] {
  const cells = rows.map((row) => columns.map((column) => oneLine(column.of(row))));
  const natural = columns.map(({ title }, at) =>
    cells.reduce((most, row) => Math.max(most, widthOf(row[at] ?? "")), widthOf(title)),
  );
  const widths = fitted(columns, natural, width);
  const line = (texts: readonly string[], paint: (text: string, at: number) => string) =>
    texts
      .flatMap((text, at) => {
        const room = widths[at] ?? 0;
        return room === 0 ? [] : [paint(pad(cut(text, room), room, columns[at]?.align), at)];
      })
      .join(" ".repeat(GAP))
      .trimEnd();
  const titles = columns.map(({ title }) => title);
  return [
    line(titles, (text) => heading(text)),
    ...rows.map((row, n) =>
      line(cells[n] ?? [], (text, at) => columns[at]?.paint?.(text, row) ?? text),
    ),
  ];
}

/** A width for each column; 0 for one that had to go. */
function fitted<Row>(
  columns: readonly Column<Row>[],
  natural: readonly number[],
  width: number,
): number[] {
  const widths = [...natural];
  for (;;) {
    squeeze(columns, widths, width);
    if (total(widths) <= width) return widths;
    const going = columns
      .map(({ goes = 0 }, at) => ({ goes, at }))
      .filter(({ goes, at }) => goes > 0 && widths[at] !== 0)
      .sort((a, b) => b.goes - a.goes)[0];
    if (going === undefined) return widths;
    columns.forEach((_, at) => {
      if (widths[at] !== 0) widths[at] = natural[at] ?? 0;
    });
    widths[going.at] = 0;
  }
}

/** Takes from the widest of those that may be cut, until all fits or none can give more. */
function squeeze<Row>(columns: readonly Column<Row>[], widths: number[], width: number): void {
  for (let over = total(widths) - width; over > 0; over = total(widths) - width) {
    const can = columns
      .map(({ least }, at) => ({ at, least, has: widths[at] ?? 0 }))
      .filter(({ least, has }) => least !== undefined && has > least)
      .sort((a, b) => b.has - a.has);
    const [widest, next] = can;
    if (widest === undefined) return;
    const floor = Math.max(widest.least ?? 0, next === undefined ? 0 : next.has - 1);
    widths[widest.at] = Math.max(floor, widest.has - over);
  }
}

function total(widths: readonly number[]): number {
  const shown = widths.filter((width) => width > 0);
  return shown.reduce((sum, width) => sum + width, 0) + GAP * Math.max(0, shown.length - 1);
}
