// `zoe zapps` and `zoe validate`: the catalogue, and descriptions on their way into it.
import { existsSync, realpathSync, statSync } from "node:fs";
import { join } from "node:path";
import type { Command } from "commander";
import { answer, type Cli, failWith, type Session, sessionOf } from "#cli/cli.ts";
import { collectItems } from "#cli/client/pages.ts";
import { newCommand } from "#cli/command.ts";
import { EXIT } from "#cli/exit.ts";
import { readText } from "#cli/run/options.ts";
import { showTable } from "#cli/show/execution.ts";
import { tellFaults } from "#cli/show/refusal.ts";
import { wrap } from "#cli/show/text.ts";
import { clock, count } from "#cli/show/words.ts";
import type { ZappAnswer, ZappRow } from "#shared/api/zapp.ts";
import { VisibleError } from "#shared/fault.ts";

export function zappsCommand(cli: Cli): Command {
  const command = newCommand({
    usage: "zapps",
    summary: "List the zapps of the catalogue, show one, install one",
    examples: ["zoe zapps", "zoe zapps show document-classifier", "zoe zapps install ./my-zapp"],
  });
  const parts = [listCommand, showCommand, installCommand, removeCommand];
  for (const part of parts) command.addCommand(part(cli));
  return command.action(() => list(sessionOf(cli, command)));
}

function listCommand(cli: Cli): Command {
  const command = newCommand({
    usage: "list",
    summary: "List the zapps of the catalogue",
    examples: ["zoe zapps list --json"],
  });
  return command.action(() => list(sessionOf(cli, command)));
}

async function list(session: Session): Promise<void> {
  const zapps = await collectItems(session.client.zapps());
  answer(session, { items: zapps }, () => showTable(session.terminal, ZAPPS, zapps));
}

const ZAPPS = [
  { title: "NAME", of: ({ name }: ZappRow) => name, least: 12 },
  {
    title: "WHAT IT DOES",
    of: ({ title, description }: ZappRow) => description ?? title ?? "",
    least: 20,
  },
  { title: "VERSION", of: ({ version }: ZappRow) => version.slice(0, 8), goes: 2 },
  {
    title: "FROM",
    of: ({ source, installedBy }: ZappRow) =>
      source === "builtIn" ? "built in" : (installedBy ?? ""),
    goes: 1,
  },
] as const;

function showCommand(cli: Cli): Command {
  const command = newCommand({
    usage: "show <name>",
    summary: "Show a zapp: what it does, its parameters, its description",
    examples: ["zoe zapps show document-classifier", "zoe zapps show hello --yaml > hello.yaml"],
  });
  return command
    .option("--yaml", "its description alone, as it was written")
    .action(async (name: string, options: { yaml?: true }) => {
      const session = sessionOf(cli, command);
      const zapp = await session.client.zapp(name);
      if (options.yaml) session.terminal.write(zapp.text);
      else answer(session, zapp, () => showZapp(session, zapp));
    });
}

function showZapp({ terminal }: Session, zapp: ZappAnswer): void {
  const { name, title, description, version, parameters, versions, readme } = zapp;
  terminal.say(`${terminal.paint("bold", title ?? name)}  ${name}, version ${version.slice(0, 8)}`);
  const width = Math.min(terminal.width, 100);
  if (description !== undefined) for (const line of wrap(description, width)) terminal.say(line);
  const rows = Object.entries(parameters);
  if (rows.length > 0) {
    terminal.say("");
    showTable(terminal, PARAMETERS, rows);
  }
  for (const { version, installedAt, installedBy } of versions)
    terminal.say(`installed ${clock(installedAt)} by ${installedBy}: ${version.slice(0, 8)}`);
  if (readme !== undefined) terminal.say(`\n${readme.trim()}`);
  terminal.say(`\nTo run it:  zoe run ${name}${exampleOf(rows)}`);
}

type Parameter = readonly [string, Readonly<Record<string, unknown>>];

const PARAMETERS = [
  { title: "PARAMETER", of: ([name]: Parameter) => name },
  { title: "TYPE", of: ([, { type }]: Parameter) => String(type) },
  {
    title: "DEFAULT",
    of: ([, { default: usual }]: Parameter) =>
      usual === undefined ? "must be given" : JSON.stringify(usual),
    least: 10,
  },
  {
    title: "WHAT IT IS",
    of: ([, { description, title }]: Parameter) => String(description ?? title ?? ""),
    least: 20,
  },
] as const;

function exampleOf(rows: readonly Parameter[]): string {
  const needed = rows.filter(([, parameter]) => parameter.default === undefined);
  return needed.map(([name]) => ` --set ${name}=...`).join("");
}

function installCommand(cli: Cli): Command {
  const command = newCommand({
    usage: "install <dir>",
    summary:
      "Put the zapp of a folder (zapp.yaml, README.md, programs) into your tenant's catalogue",
    examples: ["zoe zapps install ./my-zapp"],
    more: "Its programs are copied from the server's machine: on another machine only a description that needs none, or names an image, can be installed.",
  });
  return command
    .option("--no-programs", "the description alone: its services name images")
    .action(async (dir: string, options: { programs: boolean }) => {
      const session = sessionOf(cli, command);
      const { text, readme, folder } = zappIn(dir);
      const name = nameIn(text);
      const installed = await session.client.install(name, {
        text,
        ...(readme !== undefined && { readme }),
        ...(options.programs && { folder }),
      });
      tellFaults(session.terminal, installed.warnings, "warning");
      answer(session, installed, () =>
        session.terminal.note(
          `${name} is installed, version ${installed.zapp.version.slice(0, 8)}. To run it: zoe run ${name}`,
        ),
      );
    });
}

function zappIn(dir: string): { text: string; readme?: string; folder: string } {
  if (!statSync(dir, { throwIfNoEntry: false })?.isDirectory())
    throw new VisibleError("notFound", `Wanted the folder of a zapp; there is no folder ${dir}.`);
  const file = ["zapp.yaml", "zapp.yml", "zapp.json"]
    .map((name) => join(dir, name))
    .find(existsSync);
  if (file === undefined) throw new VisibleError("notFound", `There is no zapp.yaml in ${dir}.`);
  const readme = join(dir, "README.md");
  return {
    text: readText(file),
    folder: realpathSync(dir),
    ...(existsSync(readme) && { readme: readText(readme) }),
  };
}

/** What is no name the server refuses, with its line. */
function nameIn(text: string): string {
  const name = /^\s*(?:"name"|name)\s*:\s*["']?([a-z0-9-]+)/m.exec(text)?.[1];
  if (name !== undefined) return name;
  throw new VisibleError("invalid", "The description has no name: write `name: my-zapp` into it.");
}

function removeCommand(cli: Cli): Command {
  const command = newCommand({
    usage: "remove <name>",
    summary: "Take an installed zapp out of your tenant's catalogue; its executions go on",
    examples: ["zoe zapps remove my-zapp"],
  });
  return command.action(async (name: string) => {
    const session = sessionOf(cli, command);
    await session.client.uninstall(name);
    session.terminal.note(`${name} is no longer in the catalogue.`);
  });
}

export function validateCommand(cli: Cli): Command {
  const command = newCommand({
    usage: "validate <files...>",
    summary: "Say everything that is wrong with a description, with its lines",
    examples: ["zoe validate my-zapp.yaml"],
  });
  return command.action(async (files: readonly string[]) => {
    const session = sessionOf(cli, command);
    const answers = [];
    for (const file of files) {
      const verdict = await session.client.validate({ text: readText(file) });
      answers.push({ file, ...verdict });
      tellVerdict(session, file, verdict);
      if (!verdict.valid) failWith(cli, EXIT.invalid);
    }
    if (session.isJson) session.terminal.say(JSON.stringify(answers, undefined, 2));
  });
}

function tellVerdict(
  { terminal }: Session,
  file: string,
  { valid, faults, warnings }: Awaited<ReturnType<Session["client"]["validate"]>>,
): void {
  const remarks = warnings.length === 0 ? "" : ` (${count(warnings.length, "warning")})`;
  if (valid) terminal.note(`${terminal.paintNote("green", "✓")} ${file} is valid${remarks}`);
  else
    terminal.warn(
      `${terminal.paintNote("red", "✗")} ${file} is not valid: ${count(faults.length, "fault")}${remarks}`,
    );
  tellFaults(terminal, faults);
  tellFaults(terminal, warnings, "warning");
}
