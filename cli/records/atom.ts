// An Atom feed as arXiv answers it: each entry becomes a record with the fields of arXiv's own metadata (id, title, abstract, categories).
import { VisibleError } from "#shared/fault.ts";
import type { InputRecord } from "./records.ts";

/** Far above any entry: what has no end is no feed. */
const LONGEST_ENTRY = 1024 * 1024;

export async function* readAtom(stream: AsyncIterable<string>): AsyncGenerator<InputRecord> {
  let rest = "";
  let line = 1;
  let isFeed = false;
  for await (const piece of stream) {
    rest += piece;
    isFeed ||= /<(\w+:)?(feed|entry)[\s>]/.test(rest);
    for (;;) {
      const entry = /<((?:\w+:)?entry)(?:\s[^>]*)?>[\s\S]*?<\/\1\s*>/.exec(rest);
      if (entry === null) break;
      line += rest.slice(0, entry.index).split("\n").length - 1;
      yield { value: recordOf(entry[0]), line };
      line += entry[0].split("\n").length - 1;
      rest = rest.slice(entry.index + entry[0].length);
    }
    if (rest.length > LONGEST_ENTRY) throw noFeed(`has no end of an entry after line ${line}`);
  }
  if (!isFeed) throw noFeed("has no <feed>");
  if (/<(\w+:)?entry[\s>]/.test(rest)) throw noFeed(`ends in the middle of an entry, line ${line}`);
}

/** `http://arxiv.org/abs/1706.03762v7` is `1706.03762`, as in arXiv's metadata. */
function recordOf(entry: string): Record<string, unknown> {
  const id = textOf(entry, "id").replace(/^https?:\/\/arxiv\.org\/abs\//, "");
  const published = textOf(entry, "published");
  const authors = [...entry.matchAll(element("author", "g"))].map(([text]) => textOf(text, "name"));
  return {
    id: id.replace(/^(\d{4}\.\d{4,5}|[a-z-]+(?:\.[A-Z]{2})?\/\d{7})v\d+$/, "$1"),
    title: textOf(entry, "title"),
    abstract: textOf(entry, "summary"),
    categories: categoriesOf(entry).join(" "),
    ...(authors.length > 0 && { authors: authors.join(", ") }),
    ...(published !== "" && { published }),
  };
}

/** The primary category first. */
function categoriesOf(entry: string): string[] {
  const terms = [
    ...entry.matchAll(/<(?:\w+:)?((?:primary_)?category)\s[^>]*?term=["']([^"']*)["']/g),
  ];
  const primary = terms.filter(([, name]) => name === "primary_category");
  return [...new Set([...primary, ...terms].map(([, , term = ""]) => unescaped(term)))];
}

function element(name: string, flags = ""): RegExp {
  return new RegExp(`<((?:\\w+:)?${name})(?:\\s[^>]*)?>([\\s\\S]*?)</\\1\\s*>`, flags);
}

function textOf(entry: string, name: string): string {
  const text = element(name).exec(entry)?.[2] ?? "";
  const pieces = text.split(/<!\[CDATA\[([\s\S]*?)\]\]>/);
  const plain = pieces.map((piece, at) =>
    at % 2 === 1 ? piece : unescaped(piece.replace(/<[^>]*>/g, "")),
  );
  return plain.join("").replace(/\s+/g, " ").trim();
}

const ENTITIES: Readonly<Record<string, string>> = {
  amp: "&",
  lt: "<",
  gt: ">",
  quot: '"',
  apos: "'",
};

function unescaped(text: string): string {
  return text.replace(
    /&(?:#x([0-9a-fA-F]{1,6})|#(\d{1,7})|(\w+));/g,
    (whole, hex, decimal, name) => {
      const code = hex ? Number.parseInt(hex, 16) : Number(decimal);
      if (name !== undefined) return ENTITIES[name] ?? whole;
      return code <= 0x10ffff ? String.fromCodePoint(code) : whole;
    },
  );
}

function noFeed(what: string): VisibleError {
  return new VisibleError("invalid", `Wanted an Atom feed; the input ${what}.`);
}
