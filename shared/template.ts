// Templates: `${name}` in a string stands for a value, `$${` for the two characters themselves. Which names there are, zapp/names-known.ts says.

export type Part =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "name"; readonly name: string }
  /** A `${` that is never closed. */
  | { readonly kind: "open" };

/** Stands for one `$` where it would else run into what follows; only `fillSome` writes it. */
const DOLLAR = "$";

export function partsOf(text: string): readonly Part[] {
  const parts: Part[] = [];
  let literal = "";
  let rest = text;
  const flush = () => {
    if (literal !== "") parts.push({ kind: "text", text: literal });
    literal = "";
  };
  while (rest !== "") {
    if (rest.startsWith("$${")) {
      literal += "${";
      rest = rest.slice(3);
    } else if (!rest.startsWith("${")) {
      const next = Math.max(1, nextDollar(rest));
      literal += rest.slice(0, next);
      rest = rest.slice(next);
    } else {
      flush();
      const end = rest.indexOf("}");
      if (end < 0) return [...parts, { kind: "open" }];
      parts.push({ kind: "name", name: rest.slice(2, end) });
      rest = rest.slice(end + 1);
    }
  }
  flush();
  return parts;
}

function nextDollar(text: string): number {
  const at = text.indexOf("$");
  return at < 0 ? text.length : at;
}

export function namesIn(text: string): readonly string[] {
  return partsOf(text).flatMap((part) => (part.kind === "name" ? [part.name] : []));
}

export function hasTemplate(value: unknown): boolean {
  return typeof value === "string" && partsOf(value).some((part) => part.kind !== "text");
}

/** The name, when the string is one template and nothing else: then the value's type is kept. */
export function wholeName(text: string): string | undefined {
  const [first, ...others] = partsOf(text);
  return others.length === 0 && first?.kind === "name" ? first.name : undefined;
}

/** Every template replaced: plain text, or the value itself where the template is the whole. */
export function fillAll(text: string, lookup: (name: string) => unknown): unknown {
  const whole = wholeName(text);
  if (whole !== undefined) return whole === DOLLAR ? "$" : lookup(whole);
  const filled = partsOf(text).map((part) => {
    if (part.kind === "text") return part.text;
    if (part.kind === "open") return "${";
    return part.name === DOLLAR ? "$" : written(lookup(part.name));
  });
  return filled.join("");
}

/** As `fillAll`, but templates whose value is undefined stay, and the text stays a template: filling the rest gives what filling all at once gives. */
export function fillSome(text: string, lookup: (name: string) => unknown): unknown {
  const whole = wholeName(text);
  const value = whole === undefined ? undefined : lookup(whole);
  if (value !== undefined) return typeof value === "string" ? literally(value) : value;
  const filled = partsOf(text).map((part) => {
    if (part.kind === "text") return literally(part.text);
    if (part.kind === "open") return "$${";
    const found = lookup(part.name);
    return found === undefined ? `\${${part.name}}` : literally(written(found));
  });
  return filled.join("");
}

/** As `fillSome`, but values may be templates themselves, and stay so. */
export function substitute(text: string, lookup: (name: string) => unknown): unknown {
  const whole = wholeName(text);
  const value = whole === undefined ? undefined : lookup(whole);
  if (value !== undefined) return value;
  const filled = partsOf(text).map((part) => {
    if (part.kind === "text") return literally(part.text);
    if (part.kind === "open") return "$${";
    const found = lookup(part.name);
    return found === undefined ? `\${${part.name}}` : written(found);
  });
  return filled.join("");
}

/** A template that stands for exactly this text, whatever follows it. */
export function literally(text: string): string {
  // Not replaceAll: in a replacement `$$` would mean one dollar.
  const escaped = text.split("${").join("$${");
  return escaped.replace(/\$+$/, (dollars) => `\${${DOLLAR}}`.repeat(dollars.length));
}

function written(value: unknown): string {
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}
