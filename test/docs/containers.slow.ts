// Every command of the guide to containers runs, in order, against a control plane started as the guide says.
import { execFile, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { runtimesHere } from "#test/local/container-body.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const guide = readFileSync(join(root, "docs/guides/containers.md"), "utf8");
const blocks = [...guide.matchAll(/^```(\w*) ?(\S*)\n([\s\S]*?)^```/gm)].map(
  ([, language = "", name = "", text = ""]) => ({ language, name, text }),
);
const [runtime] = await runtimesHere("zoe/hello");
if (runtime === undefined) test.skip("no container runtime answers here", () => {});

test.runIf(runtime)("every command of the guide does what it says, in order", async () => {
  const folder = mkdtempSync(join(tmpdir(), "zoe-guide-"));
  const state = join(folder, "state");
  for (const { language, name, text } of blocks)
    if (language === "yaml") writeFileSync(join(folder, name), text);
  const start = blocks.find(({ name }) => name === "server")?.text.trim() ?? "";
  const flags = start.replace(/^npm start -- /, "").split(" ");
  const server = spawn(
    process.execPath,
    [join(root, "local/main.ts"), "--state", state, "--port", "0", ...flags],
    { env: { ...process.env, DOCKER_HOST: runtime?.dockerHost } },
  );
  try {
    const url = await new Promise<string>((resolve, reject) => {
      let said = "";
      server.once("exit", () => reject(new Error(`The server ended: ${said}`)));
      for (const stream of [server.stdout, server.stderr])
        stream.on("data", (chunk: Buffer) => {
          said += chunk.toString();
          const found = /listening on (\S+)[\s\S]*Token/.exec(said)?.[1];
          if (found) resolve(found);
        });
    });
    const commands = blocks.filter(({ language, name }) => language === "sh" && name === "");
    const lines = commands.flatMap(({ text }) => text.trim().split("\n"));
    expect(lines.length).toBeGreaterThan(5);
    const said: string[] = [];
    for (const line of lines) {
      const { code, output } = await zoe(line, { folder, state, url });
      said.push(output);
      expect.soft(code, `${line}\n${output}`).toBe(0);
      if (line.includes("--detach")) await untilRunning({ folder, state, url });
    }
    expect(said[0]).toContain(runtime?.name);
    expect(said.join("")).toMatch(/^3$/m);
  } finally {
    const ended = new Promise((resolve) => server.once("exit", resolve));
    server.kill("SIGTERM");
    await ended;
    rmSync(folder, { recursive: true, force: true });
  }
});

interface Stand {
  readonly folder: string;
  readonly state: string;
  readonly url: string;
}

async function untilRunning(stand: Stand): Promise<void> {
  for (;;) {
    const { code } = await zoe("npx zoe exec last -- test -s /zoe/out/count", stand);
    if (code === 0) return;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

function zoe(
  line: string,
  { folder, state, url }: Stand,
): Promise<{ code: number; output: string }> {
  const words = line.replace(/^npx zoe /, "").split(" ");
  const more = { ZOE_SERVER: url, ZOE_TOKEN_FILE: join(state, "admin-token"), HOME: folder };
  return new Promise((resolve) => {
    const child = execFile(
      process.execPath,
      [join(root, "cli/zoe.mjs"), ...words],
      { cwd: folder, env: { ...process.env, ...more } },
      (error, out, err) =>
        resolve({ code: error === null ? 0 : Number(child.exitCode), output: out + err }),
    );
  });
}
