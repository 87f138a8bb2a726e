// The words of the command line: its help, its completion, its door, and its exit codes.
import { spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import type { Command } from "commander";
import { expect, test } from "vitest";
import type { Cli } from "#cli/cli.ts";
import { nextWords } from "#cli/completion.ts";
import { EXIT, EXIT_CODES, exitCodeOf, exitCodeOfRefusal } from "#cli/exit.ts";
import { programOf } from "#cli/program.ts";
import { Terminal } from "#cli/show/terminal.ts";
import { PROBLEM_CODES } from "#shared/api/problem.ts";
import { zoeHere } from "./zoe.ts";

function aProgram(): Command {
  const screen = { write: () => {} };
  const terminal = new Terminal({ out: screen, err: screen, environment: {} });
  const cli: Cli = { terminal, stdin: Readable.from([]), environment: {}, exitCode: 0 };
  return programOf(cli);
}

function every(command: Command, path: readonly string[] = []): string[][] {
  return command.commands.flatMap((part) => {
    const own = [...path, part.name()];
    return [own, ...every(part, own)];
  });
}

const COMMANDS = every(aProgram());

test("there are the commands that were promised", () => {
  const wanted =
    "run plan ls get why logs events top files download stop retry queue results zapps validate drain exec quota usage secret token user tenant backup doctor completion";
  const names = COMMANDS.map((path) => path.join(" "));
  expect(names).toEqual(expect.arrayContaining(wanted.split(" ")));
  const parts = ["put", "stats", "close", "redrive", "failed"].map((part) => `queue ${part}`);
  expect(names).toEqual(expect.arrayContaining(parts));
});

test.each(COMMANDS.map((path) => path.join(" ")))(
  "zoe %s --help has an example that begins with it",
  async (path) => {
    const { code, out } = await zoeHere([...path.split(" "), "--help"], {});
    expect(code).toBe(0);
    const examples = out.slice(out.search(/^Examples?:/m));
    expect(examples).toMatch(new RegExp(`^ .*\\bzoe ${path}\\b`, "m"));
  },
);

test("without words the help is shown, and tells every exit code", async () => {
  const { code, out } = await zoeHere([], {});
  expect(code).toBe(0);
  for (const exit of Object.values(EXIT)) expect(out).toMatch(new RegExp(`^ +${exit}  `, "m"));
  expect(Object.keys(EXIT_CODES).map(Number).sort()).toEqual(
    Object.values(EXIT).map(Number).sort(),
  );
});

test("a wrong word is 2, with the right one beside it", async () => {
  const { code, err } = await zoeHere(["resluts", "x"], {});
  expect(code).toBe(EXIT.invalid);
  expect(err).toMatch(/unknown command 'resluts'[\s\S]*results/);
});

test("every refusal and every outcome has its exit code", () => {
  for (const code of PROBLEM_CODES) expect(exitCodeOfRefusal(code)).toBeGreaterThan(0);
  const reason = "because";
  expect(exitCodeOf({ kind: "succeeded" })).toBe(0);
  expect(exitCodeOf({ kind: "failed", code: "exit", reason })).toBe(1);
  expect(exitCodeOf({ kind: "outOfMemory", reason })).toBe(137);
  expect(exitCodeOf({ kind: "timedOut", reason })).toBe(124);
  expect(exitCodeOf({ kind: "cancelled", by: "ada" })).toBe(130);
});

const COMPLETIONS: Readonly<Record<string, readonly [readonly string[], readonly string[]]>> = {
  "the beginning of a command": [["va"], ["validate"]],
  "the parts of a group": [["queue", "re"], ["redrive"]],
  "all parts where nothing is begun": [
    ["zapps", ""],
    ["list", "show", "install", "remove"],
  ],
  "flags, also those of all commands": [
    ["ls", "--l"],
    ["--label", "--limit"],
  ],
  "global flags after a command": [
    ["queue", "put", "--tok"],
    ["--token-file", "--token"],
  ],
};

test.each(Object.entries(COMPLETIONS))("completion gives %s", (_, [given, wanted]) => {
  expect(nextWords(aProgram(), given)).toEqual(wanted);
});

test.each(["bash", "zsh", "fish"])("the script for %s asks zoe itself", async (shell) => {
  expect((await zoeHere(["completion", shell], {})).out).toMatch(/zoe completion words/);
});

test("bash understands the script, and completes with it", async () => {
  const { out } = await zoeHere(["completion", "bash"], {});
  const use =
    'zoe() { echo stats; }; eval "$1"; COMP_WORDS=(zoe queue st); COMP_CWORD=2; _zoe; echo "${COMPREPLY[@]}"';
  const bash = spawnSync("bash", ["-c", use, "bash", out], { encoding: "utf8" });
  expect(bash).toMatchObject({ stderr: "", stdout: "stats\n" });
});

test("nobody at the address: one sentence says how to start a server, and it is 6", async () => {
  const { code, err } = await zoeHere(["ls", "--server", "http://127.0.0.1:9"], {});
  expect(code).toBe(EXIT.unavailable);
  expect(err).toMatch(/^zoe: No server answers at http:\/\/127\.0\.0\.1:9 .*`npm start`.*\n$/);
});

test("a token on the command line is warned of", async () => {
  const { err } = await zoeHere(["ls", "--server", "http://127.0.0.1:9", "--token", "zoe_x"], {});
  expect(err).toMatch(/Other users .* can see a token/);
});

test("without its packages the door says what to do", () => {
  const folder = mkdtempSync(join(tmpdir(), "zoe-door-"));
  mkdirSync(join(folder, "cli"));
  copyFileSync(join(import.meta.dirname, "../../cli/zoe.mjs"), join(folder, "cli/zoe.mjs"));
  const { status, stderr } = spawnSync(process.execPath, [join(folder, "cli/zoe.mjs"), "ls"], {
    encoding: "utf8",
  });
  rmSync(folder, { recursive: true });
  expect(status).toBe(EXIT.missing);
  expect(stderr).toMatch(/not installed: run `npm ci` in /);
});
