// A small line plot as SVG, drawn by the benches: points over two axes, one line for each series.

export interface Series {
  readonly name: string;
  readonly points: readonly (readonly [number, number])[];
  readonly isDashed?: boolean;
}

export interface Plot {
  readonly title: string;
  readonly x: { readonly label: string; readonly ticks: readonly number[] };
  readonly y: { readonly label: string; readonly ticks: readonly number[] };
  /** Equal factors take equal room: ticks must be above 0. */
  readonly isLogarithmic?: boolean;
  readonly series: readonly Series[];
}

const [WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM] = [640, 400, 70, 150, 45, 55];
const COLOURS = ["#1f6feb", "#d1570b", "#6e7781", "#1a7f37"];

export function svgOf(plot: Plot): string {
  const x = scale(plot.x.ticks, LEFT, WIDTH - RIGHT, plot.isLogarithmic);
  const y = scale(plot.y.ticks, HEIGHT - BOTTOM, TOP, plot.isLogarithmic);
  const lines = [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="sans-serif" font-size="12">`,
    `<title>${plot.title}</title>`,
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="#ffffff"/>`,
    text(LEFT, 24, plot.title, 'font-size="15" font-weight="bold"'),
    ...plot.x.ticks.flatMap((tick) => [
      `<line x1="${x(tick)}" y1="${TOP}" x2="${x(tick)}" y2="${HEIGHT - BOTTOM}" stroke="#eaeef2"/>`,
      text(x(tick), HEIGHT - BOTTOM + 18, tick.toLocaleString("en"), 'text-anchor="middle"'),
    ]),
    ...plot.y.ticks.flatMap((tick) => [
      `<line x1="${LEFT}" y1="${y(tick)}" x2="${WIDTH - RIGHT}" y2="${y(tick)}" stroke="#eaeef2"/>`,
      text(LEFT - 8, y(tick) + 4, tick.toLocaleString("en"), 'text-anchor="end"'),
    ]),
    text((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 14, plot.x.label, 'text-anchor="middle"'),
    `<g transform="translate(18 ${(TOP + HEIGHT - BOTTOM) / 2}) rotate(-90)">${text(0, 0, plot.y.label, 'text-anchor="middle"')}</g>`,
    ...plot.series.flatMap((series, n) => drawn(series, COLOURS[n % COLOURS.length] ?? "", x, y)),
    ...legend(plot.series),
  ];
  return `${lines.join("\n")}\n</svg>\n`;
}

type Scale = (value: number) => number;

function scale(ticks: readonly number[], from: number, to: number, isLogarithmic = false): Scale {
  const at = isLogarithmic ? Math.log : Number;
  const [least, most] = [at(Math.min(...ticks)), at(Math.max(...ticks))];
  return (value) =>
    Math.round((from + ((at(value) - least) / (most - least)) * (to - from)) * 10) / 10;
}

function drawn({ points, isDashed }: Series, colour: string, x: Scale, y: Scale): string[] {
  const places = points.map(([a, b]) => `${x(a)},${y(b)}`);
  const dash = isDashed ? ' stroke-dasharray="5 4"' : "";
  const dots = points.map(
    ([a, b]) => `<circle cx="${x(a)}" cy="${y(b)}" r="3.5" fill="${colour}"/>`,
  );
  return [
    `<polyline points="${places.join(" ")}" fill="none" stroke="${colour}" stroke-width="2"${dash}/>`,
    ...(isDashed ? [] : dots),
  ];
}

function legend(series: readonly Series[]): string[] {
  return series.flatMap(({ name, isDashed }, n) => {
    const [x, y] = [WIDTH - RIGHT + 14, TOP + 10 + n * 20];
    const dash = isDashed ? ' stroke-dasharray="5 4"' : "";
    const colour = COLOURS[n % COLOURS.length];
    return [
      `<line x1="${x}" y1="${y}" x2="${x + 20}" y2="${y}" stroke="${colour}" stroke-width="2"${dash}/>`,
      text(x + 26, y + 4, name),
    ];
  });
}

function text(x: number, y: number, words: string, more = ""): string {
  const escaped = words.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
  return `<text x="${x}" y="${y}" fill="#1f2328" ${more}>${escaped}</text>`;
}
