// Patterns of policies: `*` and `?`, ARNs part by part, and variables, whose values stand for themselves.

/** What is known of a call, by condition key: a request that has no such value has no such key. */
export type Context = Readonly<Record<string, string | readonly string[]>>;

/** Keys are compared without regard to case. */
export function valueIn(context: Context, key: string): string | readonly string[] | undefined {
  const wanted = key.toLowerCase();
  return Object.entries(context).find(([name]) => name.toLowerCase() === wanted)?.[1];
}

/** What a variable stands for is text: a star in it is a star. */
const LITERAL = { "*": "\u0001", "?": "\u0002" } as const;

/** Undefined when a variable has no value. */
export function filled(pattern: string, context: Context): string | undefined {
  let isMissing = false;
  const whole = pattern.replaceAll(/\$\{([^}]*)\}/g, (_, name: string) => {
    if (name === "*" || name === "?") return LITERAL[name];
    if (name === "$") return "$";
    const [key = "", standard] = name.split(/,\s*/);
    const value = valueIn(context, key.trim()) ?? standard?.replaceAll("'", "");
    if (typeof value !== "string") isMissing = true;
    return String(value).replaceAll(/[*?]/g, (char) => LITERAL[char as "*" | "?"]);
  });
  return isMissing ? undefined : whole;
}

export function matchesText(pattern: string, text: string): boolean {
  const source = [...pattern].map((char) => {
    if (char === "*") return ".*";
    if (char === "?") return ".";
    if (char === LITERAL["*"]) return "\\*";
    if (char === LITERAL["?"]) return "\\?";
    return char.replaceAll(/[.+^${}()|[\]\\/]/g, "\\$&");
  });
  return new RegExp(`^${source.join("")}$`, "s").test(text);
}

/** "Each of the six colon-delimited components of the ARN is checked separately." The last may have colons of its own. */
export function matchesArn(pattern: string, arn: string): boolean {
  const [wanted, given] = [partsOf(pattern), partsOf(arn)];
  if (wanted.length !== 6 || given.length !== 6) return pattern === arn;
  return wanted.every((part, n) => matchesText(part, given[n] ?? ""));
}

function partsOf(arn: string): string[] {
  const parts = arn.split(":");
  return parts.length < 6 ? parts : [...parts.slice(0, 5), parts.slice(5).join(":")];
}
