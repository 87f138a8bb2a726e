// The values that a submission gives to a zapp's parameters: read from text, checked all at once, handed to programs.
import { type Fault, quote, under } from "#shared/fault.ts";
import type { ParameterValue } from "#shared/zapp.ts";
import { isRecord } from "./json.ts";
import { parameterVariable, suggestion } from "./names.ts";
import { wantedFor, wrongIn } from "./parameter-value.ts";
import type { WrittenZapp } from "./written.ts";
import type { WrittenParameter } from "./written-parameter.ts";

export interface CheckedParameters {
  /** Pointers begin with `/parameters`. */
  readonly faults: readonly Fault[];
  /** What was given, and the defaults of the rest; never a secret. */
  readonly values: Readonly<Record<string, ParameterValue>>;
  /** Values of `secret: true`: kept apart, never stored with the execution, never shown. */
  readonly secrets: Readonly<Record<string, string>>;
}

export function checkParameters(
  zapp: Pick<WrittenZapp, "parameters">,
  given: unknown = {},
): CheckedParameters {
  const declared = zapp.parameters ?? {};
  if (!isRecord(given)) {
    const detail = `Wanted an object with the parameters' values; got ${quote(given)}.`;
    return { faults: [{ pointer: "/parameters", detail }], values: {}, secrets: {} };
  }
  const faults = Object.keys(given).flatMap((name) =>
    unknownParameter(name, Object.keys(declared)),
  );
  const values: Record<string, ParameterValue> = {};
  const secrets: Record<string, string> = {};
  for (const [name, parameter] of Object.entries(declared)) {
    const value = Object.hasOwn(given, name) ? given[name] : parameter.default;
    const wrong =
      value === undefined ? missing(name, parameter) : wrongValue(name, parameter, value);
    faults.push(...wrong);
    if (wrong.length > 0) continue;
    if (isSecret(parameter)) secrets[name] = String(value);
    else values[name] = value as ParameterValue;
  }
  return { faults, values, secrets };
}

export function isSecret(parameter: WrittenParameter): boolean {
  return parameter.type === "string" && parameter.secret === true;
}

function unknownParameter(name: string, known: readonly string[]): Fault[] {
  if (known.includes(name)) return [];
  const detail = `The zapp has no parameter ${quote(name)}; ${suggestion(name, known)}`;
  return [{ pointer: under("/parameters", name), detail }];
}

function missing(name: string, parameter: WrittenParameter): Fault[] {
  const meaning = parameter.description ?? parameter.title;
  const said = meaning === undefined ? "" : ` (${meaning})`;
  const detail = `Wanted ${wantedFor(parameter)}${said}; it is missing, and has no default.`;
  return [{ pointer: under("/parameters", name), detail }];
}

function wrongValue(name: string, parameter: WrittenParameter, value: unknown): Fault[] {
  return wrongIn(parameter, value).map((wrong) => ({
    pointer: under("/parameters", name) + wrong.pointer,
    detail: wrong.detail,
  }));
}

/**
 * What was typed on a command line, as the parameter's type wants it: `"8"` is 8 for an integer, `"a,b"` or lines are a list. What cannot
 * be read so comes back as it was, and `checkParameters` says what is wrong with it.
 */
export function parameterFromText(
  parameter: WrittenParameter,
  text: string | readonly string[],
): unknown {
  if (parameter.type !== "array")
    return typeof text === "string" ? scalarFromText(parameter, text) : text;
  const parts = typeof text === "string" ? listFromText(text) : text;
  return parts.map((part) => itemFromText(parameter.items ?? "string", part));
}

function scalarFromText(parameter: WrittenParameter, text: string): unknown {
  if (parameter.type === "integer" || parameter.type === "number") return numberFromText(text);
  if (parameter.type === "boolean") return booleanFromText(text);
  if (parameter.type === "choice")
    return parameter.choices.find((choice) => String(choice) === text) ?? text;
  return text;
}

function listFromText(text: string): readonly unknown[] {
  if (text.trimStart().startsWith("[")) {
    const parsed = parse(text);
    if (Array.isArray(parsed)) return parsed;
  }
  const parts = text.includes("\n") ? text.split(/\r?\n/) : text.split(",");
  return parts.map((part) => part.trim()).filter((part) => part !== "");
}

function itemFromText(type: string, item: unknown): unknown {
  if (typeof item !== "string") return item;
  if (type === "integer" || type === "number") return numberFromText(item);
  if (type === "boolean") return booleanFromText(item);
  return type === "object" ? (parse(item) ?? item) : item;
}

function numberFromText(text: string): unknown {
  return /^\s*[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?\s*$/.test(text) ? Number(text) : text;
}

function booleanFromText(text: string): unknown {
  if (["true", "yes", "on", "1"].includes(text.toLowerCase())) return true;
  return ["false", "no", "off", "0"].includes(text.toLowerCase()) ? false : text;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Not JSON: the caller takes it as plain text.
    return undefined;
  }
}

/** What every program finds in its environment: `ZOE_PARAM_MACROS`; lists and objects as JSON. */
export function parameterEnvironment(
  values: Readonly<Record<string, ParameterValue>>,
): Record<string, string> {
  const variables = Object.entries(values).map(([name, value]) => [
    parameterVariable(name),
    typeof value === "object" ? JSON.stringify(value) : String(value),
  ]);
  return Object.fromEntries(variables);
}
