// The `#SBATCH` lines of a script: options, each with its line, up to the first command.

export interface Directive {
  /** From 1. */
  readonly line: number;
  readonly words: readonly string[];
}

export interface Directives {
  readonly found: readonly Directive[];
  /** Lines with `#SBATCH` behind the first command: nobody reads them. */
  readonly late: readonly number[];
}

const MARK = /^#SBATCH(?=\s|$)/;

export function directivesOf(script: string): Directives {
  const found: Directive[] = [];
  const late: number[] = [];
  let isBehind = false;
  for (const [position, text] of script.split("\n").entries()) {
    const line = position + 1;
    if (MARK.test(text)) {
      if (isBehind) late.push(line);
      else found.push({ line, words: wordsOf(text.replace(MARK, "")) });
    } else if (text.trim() !== "" && !text.startsWith("#")) isBehind = true;
  }
  return { found, late };
}

/** As a shell would split it, up to a comment; nothing is replaced. */
export function wordsOf(text: string): string[] {
  const words: string[] = [];
  const pattern = /(#.*$)|((?:"(?:\\.|[^"\\])*"|'[^']*'|\\.|[^\s"'\\])+)/gy;
  for (let rest = text.trimStart(); rest !== ""; rest = rest.slice(pattern.lastIndex).trimStart()) {
    pattern.lastIndex = 0;
    const match = pattern.exec(rest);
    if (match === null) return [...words, rest.trimEnd()];
    if (match[1] !== undefined) return words;
    words.push(unquoted(match[2] ?? ""));
  }
  return words;
}

function unquoted(word: string): string {
  return word.replace(
    /"((?:\\.|[^"\\])*)"|'([^']*)'|\\(.)/g,
    (_, double?: string, single?: string, escaped?: string) =>
      double?.replace(/\\(["\\$`])/g, "$1") ?? single ?? escaped ?? "",
  );
}
