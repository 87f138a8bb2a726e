// Every command of the MPI guide runs, with processes as nodes.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startTestServer, type TestServer } from "#test/cli/zoe.ts";
import { isInstalled } from "#test/installed.ts";

const guide = readFileSync(join(import.meta.dirname, "../../docs/guides/mpi.md"), "utf8");
const commands = [...guide.matchAll(/^```sh\n([\s\S]*?)^```/gm)].flatMap(([, text = ""]) =>
  text.split("\n").filter((line) => line !== ""),
);
const expected = [
  /succeeded/,
  /ranks on each node: 2 2 2 1[\s\S]*mean hop: [\d.]+ us/,
  /succeeded/,
  /succeeded/,
];
const files = [...guide.matchAll(/^```yaml (\S+)\n([\s\S]*?)^```/gm)];

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
  for (const [, name = "", text = ""] of files) writeFileSync(join(server.folder, name), text);
});
afterAll(() => server.end());

test("the guide has as many commands as are expected to say something", () => {
  expect(commands).toHaveLength(expected.length);
});

test
  .skipIf(!isInstalled("mpicc"))
  .each(commands.map((command, at) => [command, expected[at]] as const))(
  "%s (needs openmpi-bin libopenmpi-dev gcc)",
  async (command, wanted) => {
    const [, ...words] = command.split(" ");
    const { code, out, err } = await server.spawnZoe(words).ended;
    expect(`${out}${err}`).toMatch(wanted ?? /./);
    expect(code).toBe(0);
  },
);
