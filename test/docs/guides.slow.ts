// Every documented example runs: the files and commands of the many-task guide, as a newcomer would type them.
import { execFile, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";

const root = fileURLToPath(new URL("../../", import.meta.url));
const guide = readFileSync(join(root, "docs/guides/many-task.md"), "utf8");
const folder = mkdtempSync(join(tmpdir(), "zoe-guide-"));
const state = join(folder, "state");
let server: ReturnType<typeof spawn>;
let url = "";

/** Fenced blocks: their language, the file they name, their text. */
const blocks = [...guide.matchAll(/^```(\w*) ?(\S*)\n([\s\S]*?)^```/gm)].map(
  ([, language, file, text]) => ({
    language: language ?? "",
    file: file ?? "",
    text: text ?? "",
  }),
);
const commands = blocks
  .filter(({ language }) => language === "sh")
  .flatMap(({ text }) => text.split("\n").filter((line) => line !== ""));

beforeAll(async () => {
  for (const { file, text } of blocks) {
    if (file === "") continue;
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), text);
  }
  server = spawn(process.execPath, [join(root, "local/main.ts"), "--state", state, "--port", "0"]);
  url = await new Promise((resolve) => {
    let said = "";
    server.stdout?.on("data", (chunk: Buffer) => {
      said += chunk.toString();
      const found = /listening on (\S+)[\s\S]*Token/.exec(said)?.[1];
      if (found) resolve(found);
    });
  });
});

afterAll(async () => {
  const ended = new Promise((resolve) => server.once("exit", resolve));
  server.kill("SIGTERM");
  await ended;
  rmSync(folder, { recursive: true, force: true });
});

function zoe(line: string): Promise<{ code: number; output: string }> {
  const words = line.replace(/^npx zoe /, "").split(" ");
  const env = {
    ...process.env,
    ZOE_SERVER: url,
    ZOE_TOKEN_FILE: join(state, "admin-token"),
    HOME: folder,
  };
  return new Promise((resolve) => {
    const child = execFile(
      process.execPath,
      [join(root, "cli/zoe.mjs"), ...words],
      { cwd: folder, env },
      (error, out, err) =>
        resolve({ code: error === null ? 0 : Number(child.exitCode), output: out + err }),
    );
  });
}

test("the guide has its files and commands", () => {
  expect(blocks.filter(({ file }) => file !== "").map(({ file }) => file)).toEqual([
    "shout/worker.py",
    "shout/zapp.yaml",
    "words.jsonl",
  ]);
  expect(commands.length).toBeGreaterThan(8);
});

test("every command of the guide does what it says, in order", async () => {
  for (const command of commands) {
    const { code, output } = await zoe(command);
    expect.soft(code, `${command}\n${output}`).toBe(0);
    if (command.endsWith("--format csv")) expect(output).toContain("THE LAZY DOG");
  }
}, 120_000);

test("the worker of the guide has twenty-some lines and no library", () => {
  const worker = blocks.find(({ file }) => file === "shout/worker.py")?.text ?? "";
  const lines = worker.split("\n").filter((line) => line.trim() !== "");
  expect(lines.length).toBeLessThan(27);
  expect(worker).not.toContain("zoe_worker");
});
