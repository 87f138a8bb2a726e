// What `zoe run` was given: a zapp of the catalogue by its name, a description in a file, or a script.
import { statSync } from "node:fs";
import { parseDocument } from "yaml";
import type { Client } from "#cli/client/client.ts";
import { type Fault, VisibleError } from "#shared/fault.ts";
import { readText } from "./options.ts";
import type { Declared } from "./values.ts";

export type Target =
  | { readonly kind: "zapp"; readonly name: string }
  | { readonly kind: "description"; readonly path: string }
  | { readonly kind: "script"; readonly path: string };

/** A path has a slash or an extension; a name of the catalogue has neither. */
export function targetOf(what: string): Target {
  if (/\.(ya?ml|json)$/i.test(what)) return { kind: "description", path: what };
  const isPath = what.includes("/") || what.includes(".");
  if (!isPath) return { kind: "zapp", name: what };
  const stat = statSync(what, { throwIfNoEntry: false });
  if (stat === undefined) throw new VisibleError("notFound", `There is no file ${what}.`);
  if (stat.isDirectory()) {
    throw new VisibleError(
      "invalid",
      `${what} is a folder: \`zoe zapps install ${what}\` puts a folder into the catalogue.`,
    );
  }
  return { kind: "script", path: what };
}

/** What is sent, and what it says of its parameters. */
export interface Source {
  readonly fields: { readonly zapp: string } | { readonly description: unknown };
  readonly name: string;
  readonly parameters: Readonly<Record<string, Declared>>;
  readonly queues: readonly string[];
  readonly warnings: readonly Fault[];
}

export async function sourceOf(
  client: Client,
  target: Exclude<Target, { kind: "script" }>,
): Promise<Source> {
  if (target.kind === "description") return describedIn(client, target.path);
  const { name, parameters, queues } = await client.zapp(target.name);
  return { fields: { zapp: name }, name, parameters, queues, warnings: [] };
}

/** Judged by the server as a text, so that every fault has its line; sent as data. */
async function describedIn(client: Client, path: string): Promise<Source> {
  const text = readText(path);
  const { valid, faults, warnings, parameters, queues } = await client.validate({ text });
  if (!valid) {
    const n = faults.length === 1 ? "1 fault" : `${faults.length} faults`;
    throw new VisibleError("invalid", `${path} is not valid: ${n}.`, faults);
  }
  const description = dataOf(text);
  const { name } = description;
  return { fields: { description }, name: String(name), parameters, queues, warnings };
}

function dataOf(text: string): Readonly<Record<string, unknown>> {
  const data: unknown = parseDocument(text, { merge: true }).toJS();
  return typeof data === "object" && data !== null ? { ...data } : {};
}
