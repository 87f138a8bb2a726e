// YAML (and JSON, which is YAML too) as plain data, with the line of everything that a fault may point to.
import {
  type Document,
  isAlias,
  isMap,
  isPair,
  isScalar,
  isSeq,
  LineCounter,
  type Pair,
  parseAllDocuments,
  visit,
} from "yaml";
import { type Fault, stepsOf, VisibleError } from "#shared/fault.ts";
import { LIMITS } from "#shared/zapp/limits.ts";

/** Aliases may repeat so much in all; a description that needs more is an attack ("billion laughs"). */
const MOST_ALIASES = 100;

const TOO_DEEP = "The YAML is nested too deeply to be read.";

export interface Yaml {
  readonly value: unknown;
  /** The line, from 1, on which the value of a JSON pointer stands; of what is missing, where it would have to stand. */
  readonly lineOf: (pointer: string) => number | undefined;
}

/** Throws `VisibleError` invalid with all that can't be read, each with its line, and tooLarge above 64 KiB. */
export function parseYaml(text: string, limitBytes: number = LIMITS.descriptionBytes): Yaml {
  const bytes = new TextEncoder().encode(text).length;
  if (bytes > limitBytes) {
    const message = `Wanted at most ${limitBytes} bytes of YAML; got ${bytes}.`;
    throw new VisibleError("tooLarge", message, [{ pointer: "", detail: message }]);
  }
  const lines = new LineCounter();
  const document = readDocument(text, lines);
  return {
    value: toData(document),
    lineOf: (pointer) => lineOf(document, lines, stepsOf(pointer)),
  };
}

/** The faults with their lines. */
export function withLines(faults: readonly Fault[], yaml: Yaml): Fault[] {
  return faults.map((fault) => {
    const line = yaml.lineOf(fault.pointer);
    return line === undefined ? fault : { ...fault, line };
  });
}

function readDocument(text: string, lineCounter: LineCounter): Document {
  const documents = guarded(() =>
    parseAllDocuments(text, { lineCounter, merge: true, prettyErrors: false, uniqueKeys: true }),
  );
  const [document, second] = [...documents];
  if (document === undefined)
    throw unreadable([{ pointer: "", detail: "Wanted a description in YAML; got an empty text." }]);
  const faults: Fault[] = [...document.errors, ...document.warnings].map(({ message, pos }) => ({
    pointer: "",
    detail: sentence(message),
    line: lineCounter.linePos(pos[0]).line,
  }));
  if (second !== undefined && faults.length === 0) {
    const line = lineCounter.linePos(second.range[0]).line;
    faults.push({
      pointer: "",
      detail: "Wanted one YAML document; a second one begins here.",
      line,
    });
  }
  faults.push(...unknownAliases(document, lineCounter));
  if (faults.length > 0) throw unreadable(faults);
  return document;
}

function unknownAliases(document: Document, lines: LineCounter): Fault[] {
  const anchors = new Set<string>();
  const faults: Fault[] = [];
  visit(document, {
    Node: (_, node) => {
      if (!isAlias(node)) {
        if (node.anchor !== undefined) anchors.add(node.anchor);
      } else if (!anchors.has(node.source)) {
        const detail = `There is no anchor &${node.source} before this alias.`;
        faults.push({ pointer: "", detail, line: lines.linePos(node.range?.[0] ?? 0).line });
      }
    },
  });
  return faults;
}

function toData(document: Document): unknown {
  return guarded(() => document.toJS({ maxAliasCount: MOST_ALIASES }));
}

/** The parser throws plain errors for alias bombs and for nesting that overflows its stack. */
function guarded<T>(read: () => T): T {
  try {
    return read();
  } catch (cause) {
    if (cause instanceof RangeError)
      throw unreadable([{ pointer: "", detail: TOO_DEEP }], { cause });
    if (cause instanceof ReferenceError && cause.message.includes("Excessive alias count")) {
      const detail = `Its aliases repeat each other too often: at most ${MOST_ALIASES} copies in all are made.`;
      throw unreadable([{ pointer: "", detail }], { cause });
    }
    throw cause;
  }
}

function unreadable(faults: readonly Fault[], options?: ErrorOptions): VisibleError {
  return new VisibleError(
    "invalid",
    `The YAML can't be read: ${faults[0]?.detail}`,
    faults,
    options,
  );
}

function sentence(message: string): string {
  if (message.startsWith("Maximum call stack size")) return TOO_DEEP;
  return /[.!?]$/.test(message) ? message : `${message}.`;
}

/** Walks as far as the pointer leads; the last key found tells the line. */
function lineOf(
  document: Document,
  lines: LineCounter,
  steps: readonly string[],
): number | undefined {
  let node: unknown = document.contents;
  let offset = startOf(node);
  for (const step of steps) {
    const child = childOf(document, node, step);
    if (child === undefined) break;
    offset = startOf(isPair(child) ? child.key : child) ?? offset;
    node = isPair(child) ? child.value : child;
  }
  return offset === undefined ? undefined : lines.linePos(offset).line;
}

function startOf(node: unknown): number | undefined {
  const hasRange =
    typeof node === "object" && node !== null && "range" in node && Array.isArray(node.range);
  return hasRange ? Number((node.range as readonly number[])[0]) : undefined;
}

function childOf(document: Document, node: unknown, step: string): unknown {
  const target = isAlias(node) ? node.resolve(document) : node;
  if (isSeq(target)) return target.items[Number(step)];
  if (!isMap(target)) return undefined;
  const direct = target.items.find((pair) => keyOf(pair) === step);
  return direct ?? mergedChild(document, target.items, step);
}

/** `<<: *base` and `<<: [*a, *b]`: the first that holds the key gives it. */
function mergedChild(document: Document, pairs: readonly Pair[], step: string): unknown {
  for (const pair of pairs.filter((each) => keyOf(each) === "<<")) {
    const sources = isSeq(pair.value) ? pair.value.items : [pair.value];
    for (const source of sources) {
      const found = childOf(document, source, step);
      if (found !== undefined) return found;
    }
  }
  return undefined;
}

function keyOf(pair: Pair): string {
  const key = isScalar(pair.key) ? pair.key.value : pair.key;
  // With merge keys on, the parser reads `<<` as a symbol.
  return typeof key === "symbol" ? (key.description ?? "") : String(key);
}
