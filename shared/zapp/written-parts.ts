// The parts of a service as people write them: command, resources, data, rights, retry. written-service.ts puts them together.
import * as z from "zod";
import { type Leaves, saying } from "./leaf.ts";
import { LIMITS } from "./limits.ts";
import { NAME, NAME_WANTED, VARIABLE, VARIABLE_WANTED } from "./names.ts";
import { RETRY_REASONS } from "./service.ts";
import { byKind, list, named, strict } from "./strict.ts";

export const literalName = () => z.string(saying(NAME_WANTED)).regex(NAME, saying(NAME_WANTED));

export function command(l: Leaves) {
  const wanted = "a command: a list of words, or one text for the shell";
  const words = z
    .array(scalarText(l, "a word of the command"), saying(wanted))
    .min(1, saying(wanted));
  return byKind<string | (string | number | boolean)[]>(wanted, {
    text: l.text(wanted),
    list: words.max(LIMITS.commandWords, saying(`at most ${LIMITS.commandWords} words`)),
  });
}

/** Numbers and booleans are text here: YAML makes them of `[sleep, 5]`. */
function scalarText(l: Leaves, wanted: string): z.ZodType<string | number | boolean> {
  const said = saying(wanted);
  return z.union([l.anyText(wanted), z.number(said), z.boolean(said)], said);
}

export function environment(l: Leaves) {
  const value = scalarText(l, "a text, a number or true or false");
  const key = { pattern: VARIABLE, wanted: VARIABLE_WANTED };
  return named("environment variables with their values", key, value, LIMITS.environment);
}

export function secrets(l: Leaves) {
  const key = { pattern: VARIABLE, wanted: VARIABLE_WANTED };
  const name = l.text("the name of a secret", LIMITS.name);
  return named("environment variables, each with the name of a secret", key, name, LIMITS.secrets);
}

export function resources(l: Leaves) {
  return strict("resources", {
    cpu: l.number("a number of vCPUs", { min: 0.01, max: LIMITS.cpu }).optional(),
    memory: l.size().optional(),
    gpu: l.whole("a number of GPUs", { max: LIMITS.gpu }).optional(),
    disk: l.size().optional(),
    sharedMemory: l.size().optional(),
  });
}

export function data(l: Leaves) {
  const input = strict("an input", {
    from: l.text("where the input comes from: an address, an upload or a dataset parameter"),
    to: l.text("the path under which the program finds it", LIMITS.line),
    shardBy: l.choice("what the input is dealt out by", ["rank"]).optional(),
  });
  const output = strict("an output", {
    path: l.text("the path of what is kept", LIMITS.line),
    to: l.text("where it is kept: results, or an address", LIMITS.line).optional(),
  });
  const volume = strict("a volume", {
    name: l.reference("a volume"),
    path: l.text("the path under which the program finds it", LIMITS.line),
    readOnly: l.flag("whether it is read-only").optional(),
    scope: l.choice("who shares the volume", ["execution", "user", "tenant"]).optional(),
  });
  const path = { pattern: /^(?!__proto__$)[\s\S]{1,1000}$/, wanted: "a path" };
  return {
    inputs: list("inputs", input, LIMITS.entries).optional(),
    outputs: list("outputs", output, LIMITS.entries).optional(),
    files: named(
      "files with their contents",
      path,
      l.anyText("the content of a file"),
      LIMITS.files,
    ).optional(),
    volumes: list("volumes", volume, LIMITS.entries).optional(),
  };
}

/** One of both forms; check/alternatives.ts says which fields go together. */
export function need(l: Leaves) {
  return strict("a right", {
    bucket: l.text("the name of a bucket", LIMITS.name).optional(),
    access: l.choice("the access to the bucket", ["read", "write"]).optional(),
    zoe: l.choice("what it may do with Zoe's own API", ["read", "submit"]).optional(),
  });
}

export function retry(l: Leaves) {
  const wanted = `a reason to try again: ${RETRY_REASONS.join(", ")} or { exit: 75 }`;
  const exit = strict("an exit code", { exit: l.whole("an exit code", { min: 1, max: 255 }) });
  const reason = l.choice<string>("a reason to try again", [...RETRY_REASONS]);
  const reasons = byKind<string | z.infer<typeof exit>>(wanted, { text: reason, object: exit });
  return strict("a retry", {
    attempts: l.whole("how often to try in all", { min: 1, max: LIMITS.attempts }).optional(),
    backoff: l.duration().optional(),
    on: list("reasons to try again", reasons, LIMITS.entries, 1).optional(),
  });
}

export function health(l: Leaves) {
  return strict("a health check", {
    http: l.text("the path that is asked", LIMITS.line).optional(),
    tcp: l.whole("a port", { min: 1, max: LIMITS.port }).optional(),
    command: z
      .array(l.text("a word of the command"), saying("a command as a list of words"))
      .min(1)
      .optional(),
    port: l.whole("a port", { min: 1, max: LIMITS.port }).optional(),
  });
}

export function port(l: Leaves) {
  return strict("a port", {
    name: literalName(),
    port: l.whole("a port", { min: 1, max: LIMITS.port }),
    proxy: l.choice("how Zoe gives it a web address", ["http"]).optional(),
  });
}
