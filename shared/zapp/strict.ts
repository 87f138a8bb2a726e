// Objects and alternatives of the written form: each unknown field, and each fault of the alternative that was chosen, is told at its own place.
import * as z from "zod";
import { quote } from "#shared/fault.ts";
import { isRecord } from "./json.ts";
import { wantedGot } from "./leaf.ts";
import { LIMITS } from "./limits.ts";
import { listing, meant } from "./names.ts";

/** Words of other systems, and what says the same here. */
const OTHER_WORDS: Readonly<Record<string, string>> = {
  args: "Put the arguments into `command`.",
  cmd: "Write `command`.",
  cores: "Write `resources: { cpu: 2 }`.",
  cpu: "Write `resources: { cpu: 2 }`.",
  deadline: "A deadline belongs to the submission, not to the zapp.",
  enum: "Write `type: choice` with `choices: [...]`.",
  entrypoint: "Write `command`.",
  env: "Write `environment`.",
  gpus: "Write `gpu`.",
  mem: "Write `memory`.",
  memory: "Write `resources: { memory: 512MiB }`.",
  mounts: "Write `volumes`.",
  parallelism: "Write `count`, or `atOnce` for an array.",
  priority: "A priority belongs to the submission, not to the zapp.",
  replicas: "Write `count`.",
  restart: "Write `run: forever` for what is restarted, or `retry`.",
  timeout: "Write `maxTime`.",
  dependsOn: "Write `after`.",
  depends_on: "Write `after`.",
};

/** `elsewhere` says of fields that exist in a neighbour where they belong. */
export function strict<Shape extends z.ZodRawShape>(
  noun: string,
  shape: Shape,
  elsewhere: Readonly<Record<string, string>> = {},
) {
  const known = Object.keys(shape);
  return z.strictObject(shape, {
    error: (issue) =>
      issue.code === "unrecognized_keys"
        ? (issue.keys as string[])
            .slice(0, LIMITS.faults)
            .map((key) => noField(noun, key, known, elsewhere))
            .join("\n")
        : wantedGot(`${noun}, an object with ${listing(known)}`, issue.input),
  });
}

function noField(
  noun: string,
  key: string,
  known: readonly string[],
  elsewhere: Readonly<Record<string, string>>,
): string {
  const no = `${capital(noun)} has no field ${quote(key)}`;
  const place = Object.hasOwn(elsewhere, key) ? elsewhere[key] : undefined;
  if (place !== undefined) return `${no}: ${place}`;
  const word = Object.hasOwn(OTHER_WORDS, key) ? OTHER_WORDS[key] : undefined;
  if (word !== undefined) return `${no}. ${word}`;
  const guess = meant(key, known);
  return guess === undefined
    ? `${no}; its fields are ${listing(known)}.`
    : `${no}; did you mean "${guess}"?`;
}

function capital(noun: string): string {
  return noun.charAt(0).toUpperCase() + noun.slice(1);
}

/** A list; `wanted` says of what. */
export function list<T extends z.ZodType>(wanted: string, item: T, max: number, min = 0) {
  const error = (issue: { readonly input?: unknown }) => {
    const length = Array.isArray(issue.input) ? issue.input.length : undefined;
    if (length === undefined) return wantedGot(wanted, issue.input);
    return `Wanted ${wanted}, ${min} to ${max} of them; got ${length}.`;
  };
  return z.array(item, { error }).min(min, { error }).max(max, { error });
}

/** An object whose keys are names that people choose. */
export function named<T extends z.ZodType>(
  wanted: string,
  key: { readonly pattern: RegExp; readonly wanted: string },
  value: T,
  max: number,
) {
  const keys = z
    .string()
    .regex(key.pattern, { error: (issue) => wantedGot(key.wanted, issue.input) });
  const error = (issue: { readonly input?: unknown }) => wantedGot(wanted, issue.input);
  return z.record(keys, value, { error }).refine((record) => Object.keys(record).length <= max, {
    error: (issue) =>
      `Wanted ${wanted}, at most ${max} of them; got ${Object.keys(issue.input as object).length}.`,
  });
}

type Kind = "text" | "number" | "list" | "object";

function kindOf(value: unknown): Kind | undefined {
  if (Array.isArray(value)) return "list";
  if (isRecord(value)) return "object";
  if (typeof value === "string") return "text";
  return typeof value === "number" ? "number" : undefined;
}

/** One of several forms, told apart by the type of JSON that came: unlike a union, it reports the faults of the form that was chosen. */
export function byKind<T>(
  wanted: string,
  forms: Readonly<Partial<Record<Kind, z.ZodType<T>>>>,
): z.ZodType<T> {
  const anyOf = Object.values(forms).map((form) => {
    const { $schema: _, ...schema } = z.toJSONSchema(form, { io: "input", unrepresentable: "any" });
    return schema;
  });
  const choosing = z.unknown().superRefine((value, context) => {
    const kind = kindOf(value);
    const form = kind === undefined ? undefined : forms[kind];
    if (!form) {
      context.addIssue({ code: "custom", message: wantedGot(wanted, value) });
      return;
    }
    for (const issue of form.safeParse(value).error?.issues ?? []) {
      for (const { path, message } of spread(issue)) {
        context.addIssue({ code: "custom", path, message });
      }
    }
  });
  const reading = choosing.transform((value) => {
    const kind = kindOf(value);
    return (kind && forms[kind]?.safeParse(value).data) as T;
  });
  return reading.meta({ anyOf }) as unknown as z.ZodType<T>;
}

/** What one issue of zod says, each thing at its own path: unknown fields and faulty names are the children's. */
export function spread(issue: z.core.$ZodIssue): { path: PropertyKey[]; message: string }[] {
  const { path, message } = issue;
  if (issue.code === "unrecognized_keys") {
    const lines = message.split("\n");
    return lines.map((line, at) => ({ path: [...path, issue.keys[at] ?? ""], message: line }));
  }
  if (issue.code === "invalid_key") {
    return [{ path, message: issue.issues[0]?.message ?? message }];
  }
  return [{ path, message }];
}
