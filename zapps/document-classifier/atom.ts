// An Atom feed, as arXiv's search answers: each entry is a record.
import { asRecord, type DocumentRecord, RecordError } from "./record.ts";

export function readAtom(text: string, source: string): DocumentRecord[] {
  const plain = text.replaceAll(/<!--[\s\S]*?-->/g, "");
  if (!/<(?:\w+:)?feed[\s>]/.test(plain) && !/<(?:\w+:)?entry[\s>]/.test(plain))
    throw new RecordError(`Wanted JSON lines or an Atom feed; ${source} is XML without <feed>.`);
  const entries = [...plain.matchAll(element("entry", "g"))];
  const begun = plain.match(/<(?:\w+:)?entry[\s>]/g)?.length ?? 0;
  if (entries.length < begun)
    throw new RecordError(
      `Wanted a whole Atom feed; ${source} ends in entry ${entries.length + 1}.`,
    );
  return entries.map(([entry], index) => recordOf(entry, `entry ${index + 1} of ${source}`));
}

function recordOf(entry: string, where: string): DocumentRecord {
  const id = textOf(entry, "id")
    .replace(/^https?:\/\/(?:export\.)?arxiv\.org\/abs\//, "")
    .replace(/v\d+$/, "");
  const record = {
    id,
    title: textOf(entry, "title"),
    abstract: textOf(entry, "summary"),
    categories: categoriesOf(entry).join(" "),
  };
  return asRecord(record, where);
}

/** The primary category first; other terms, such as MSC classes, are no categories of arXiv. */
function categoriesOf(entry: string): string[] {
  const tags = [...entry.matchAll(/<(?:\w+:)?((?:primary_)?category)\s[^>]*>/g)].map(
    ([tag, name]) => ({
      term: unescaped(/\sterm\s*=\s*(["'])(.*?)\1/.exec(tag)?.[2] ?? ""),
      isPrimary: name === "primary_category",
    }),
  );
  const ordered = [...tags.filter((tag) => tag.isPrimary), ...tags];
  const terms = ordered
    .map((tag) => tag.term)
    .filter((term) => /^[a-z-]+(\.[A-Za-z-]+)?$/.test(term));
  return [...new Set(terms)];
}

function element(name: string, flags = ""): RegExp {
  return new RegExp(`<((?:\\w+:)?${name})(?:\\s[^>]*)?>([\\s\\S]*?)</\\1\\s*>`, flags);
}

function textOf(entry: string, name: string): string {
  const inner = element(name).exec(entry)?.[2] ?? "";
  const pieces = inner.split(/<!\[CDATA\[([\s\S]*?)\]\]>/);
  const plain = pieces.map((piece, index) => (index % 2 === 1 ? piece : unescaped(piece)));
  return plain.join("").replaceAll(/\s+/g, " ").trim();
}

const ENTITIES: Readonly<Record<string, string>> = {
  amp: "&",
  lt: "<",
  gt: ">",
  quot: '"',
  apos: "'",
};

const LAST_CODE_POINT = 0x10ffff;

function unescaped(text: string): string {
  return text.replaceAll(/&(#x[0-9a-fA-F]+|#\d+|\w+);/g, (whole, name: string) => {
    if (!name.startsWith("#")) return ENTITIES[name] ?? whole;
    const code = name[1] === "x" ? Number.parseInt(name.slice(2), 16) : Number(name.slice(1));
    return code <= LAST_CODE_POINT ? String.fromCodePoint(code) : whole;
  });
}
