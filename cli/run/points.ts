// Files and their uploads as points of a parameter sweep, written as short as can be: what all names begin and end with stands once, in the templates.
import { VisibleError } from "#shared/fault.ts";

export interface Points {
  readonly points: readonly { readonly f: string; readonly u: string }[];
  /** Templates that give the file's name and its upload. */
  readonly name: string;
  readonly upload: string;
}

/** What the points may take of a description with its parameters; they stand in it twice. */
const MOST_BYTES = 120 * 1024;

export function pointsOf(names: readonly string[], uploads: readonly string[]): Points {
  const name = shortened(names);
  const upload = shortened(uploads);
  const points = names.map((_, at) => ({ f: name.middles[at] ?? "", u: upload.middles[at] ?? "" }));
  const bytes = Buffer.byteLength(JSON.stringify(points));
  if (bytes > MOST_BYTES) {
    const most = Math.floor((names.length * MOST_BYTES) / bytes);
    throw new VisibleError(
      "tooLarge",
      `Wanted at most about ${most} files of such names in one execution; got ${names.length}. Run them in parts, or put them as tasks into a queue.`,
    );
  }
  return { points, name: around(name, "f"), upload: around(upload, "u") };
}

interface Shortened {
  readonly begin: string;
  readonly middles: readonly string[];
  readonly end: string;
}

/** At least one character stays in the middle. */
function shortened(texts: readonly string[]): Shortened {
  const [first = ""] = texts;
  const shortest = Math.min(...texts.map(({ length }) => length));
  let begin = 0;
  while (begin < shortest - 1 && texts.every((text) => text[begin] === first[begin])) begin++;
  // A dollar before a template would escape it.
  while (isHalf(first[begin - 1], 0xd800) || first[begin - 1] === "$") begin--;
  let end = 0;
  const fromEnd = (text: string) => text[text.length - 1 - end];
  while (end < shortest - 1 - begin && texts.every((text) => fromEnd(text) === fromEnd(first)))
    end++;
  if (end > 0 && isHalf(first[first.length - end], 0xdc00)) end--;
  return {
    begin: first.slice(0, begin),
    middles: texts.map((text) => text.slice(begin, text.length - end)),
    end: first.slice(first.length - end),
  };
}

/** The first (d800) or second (dc00) half of a pair: pairs are not cut. */
function isHalf(unit: string | undefined, from: 0xd800 | 0xdc00): boolean {
  const code = unit?.charCodeAt(0) ?? 0;
  return code >= from && code < from + 0x400;
}

/** In a description what looks like a template is none. */
export function literal(text: string): string {
  return text.replaceAll("${", () => "$${");
}

function around({ begin, end }: Shortened, axis: string): string {
  return `${literal(begin)}\${sweep.${axis}}${literal(end)}`;
}
