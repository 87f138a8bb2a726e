// Where a broken JSON text breaks: JSON.parse says so only sometimes. Used after it has failed, never before.

export interface Place {
  readonly line: number;
  readonly column: number;
  readonly wanted: string;
}

const SPACE = /[ \t\n\r]*/y;
// biome-ignore lint/suspicious/noControlCharactersInRegex: JSON has none of them in a string.
const STRING = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y;
const SCALAR = /(?:true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?)(?![\w.])/y;

type Wanted = "value" | "key" | "colon" | "next" | "end";

const SENTENCES: Readonly<Record<Wanted, string>> = {
  value: "a value",
  key: "the name of a field in double quotes",
  colon: "a colon",
  next: "a comma or the end of the list or object",
  end: "nothing more",
};

export function whereBroken(text: string): Place {
  const open: ("{" | "[")[] = [];
  let wanted: Wanted = "value";
  let at = skip(text, 0);
  for (;;) {
    const next = step(text, at, wanted, open);
    if (!next) return place(text, at, SENTENCES[wanted]);
    at = skip(text, next.at);
    wanted = next.wanted;
  }
}

interface Step {
  readonly at: number;
  readonly wanted: Wanted;
}

function step(text: string, at: number, wanted: Wanted, open: ("{" | "[")[]): Step | undefined {
  const char = text[at];
  switch (wanted) {
    case "value":
      return value(text, at, open);
    case "key":
      if (char === "}" && text[lastSolid(text, at)] === "{") return close(at, open);
      return match(STRING, text, at, "colon");
    case "colon":
      return char === ":" ? { at: at + 1, wanted: "value" } : undefined;
    case "next":
      if (char === (open.at(-1) === "{" ? "}" : "]")) return close(at, open);
      if (char !== ",") return undefined;
      return { at: at + 1, wanted: open.at(-1) === "{" ? "key" : "value" };
    case "end":
      return undefined;
  }
}

function value(text: string, at: number, open: ("{" | "[")[]): Step | undefined {
  const char = text[at];
  if (char === "{" || char === "[") {
    open.push(char);
    return { at: at + 1, wanted: char === "{" ? "key" : "value" };
  }
  if (char === "]" && text[lastSolid(text, at)] === "[") return close(at, open);
  const after = open.length === 0 ? "end" : "next";
  return match(char === '"' ? STRING : SCALAR, text, at, after);
}

function close(at: number, open: ("{" | "[")[]): Step {
  open.pop();
  return { at: at + 1, wanted: open.length === 0 ? "end" : "next" };
}

function match(pattern: RegExp, text: string, at: number, wanted: Wanted): Step | undefined {
  pattern.lastIndex = at;
  return pattern.test(text) ? { at: pattern.lastIndex, wanted } : undefined;
}

function skip(text: string, at: number): number {
  SPACE.lastIndex = at;
  SPACE.test(text);
  return SPACE.lastIndex;
}

/** The last character before `at` that is no space. */
function lastSolid(text: string, at: number): number {
  let before = at - 1;
  while (before >= 0 && " \t\n\r".includes(text[before] ?? "")) before--;
  return before;
}

function place(text: string, at: number, wanted: string): Place {
  const before = text.slice(0, at);
  const line = before.split("\n").length;
  return { line, column: at - before.lastIndexOf("\n"), wanted };
}
