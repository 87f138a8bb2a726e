// How wide a text stands on a terminal, and how it is cut; and what a text from elsewhere must not do to it.
import { stripVTControlCharacters } from "node:util";

const segmenter = new Intl.Segmenter();
/** Only these take another width than one column a character. */
const SPECIAL = /[^\u0020-\u02ff\u0370-\u058f\u2010-\u25ff\u2700-\u27bf]/;
const WIDE =
  /\p{Extended_Pictographic}|[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6\u{20000}-\u{3fffd}]/u;

const COLOUR = String.raw`(\u001b\[[\d;]*m)`;
const SEQUENCE = String.raw`\u001b\[[0-?]*[ -/]*[@-~]`;
const CONTROL = new RegExp(`${COLOUR}|${SEQUENCE}|[\\u0000-\\u0008\\u000b-\\u001f\\u007f]`, "g");

export function widthOf(text: string): number {
  const bare = stripVTControlCharacters(text);
  if (!SPECIAL.test(bare)) return bare.length;
  let width = 0;
  for (const { segment } of segmenter.segment(bare)) width += WIDE.test(segment) ? 2 : 1;
  return width;
}

/** At most `width` columns; what is cut ends in an ellipsis. Takes text without colours. */
export function cut(text: string, width: number): string {
  if (widthOf(text) <= width) return text;
  let kept = "";
  let used = 0;
  for (const { segment } of segmenter.segment(text)) {
    used += WIDE.test(segment) ? 2 : 1;
    if (used > width - 1) break;
    kept += segment;
  }
  return width < 1 ? "" : `${kept.trimEnd()}…`;
}

export function pad(text: string, width: number, align: "left" | "right" = "left"): string {
  const space = " ".repeat(Math.max(0, width - widthOf(text)));
  return align === "left" ? text + space : space + text;
}

/** One line without controls: what others wrote moves no cursor and rings no bell. */
export function oneLine(text: string): string {
  return stripVTControlCharacters(text)
    .replace(/\s+/g, " ")
    .replace(/[\p{Cc}\u202a-\u202e\u2066-\u2069]/gu, "�")
    .trim();
}

/** A line of a program's log as a terminal may show it: its colours stay, all that moves the cursor goes. */
export function harmless(line: string): string {
  return line.replace(CONTROL, "$1");
}

/** Words in lines of at most `width` columns. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(/\s+/)) {
    if (line !== "" && widthOf(line) + 1 + widthOf(word) > width) {
      lines.push(line);
      line = word;
    } else line = line === "" ? word : `${line} ${word}`;
  }
  return [...lines, line];
}
