// The server and the token come from flags, the environment or one's own file, in this order; and no token goes where it does not belong.
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { addressOf, configPath, findServer, readConfig, writeConfig } from "#cli/config.ts";

const folder = mkdtempSync(join(tmpdir(), "zoe-config-"));
afterAll(() => rmSync(folder, { recursive: true }));

const A = "http://a.example:1";
const B = "https://b.example";
const file = join(folder, "token");
writeFileSync(file, "zoe_of_the_file\n");
const nowhere = { HOME: join(folder, "empty") };

test("flags win over the environment, the environment over the file", () => {
  const config = { server: A, token: "kept" };
  const environment = { ...nowhere, ZOE_SERVER: B, ZOE_TOKEN: "environment" };
  expect(findServer({}, nowhere, config)).toEqual({ address: A, token: "kept" });
  expect(findServer({}, environment, config)).toEqual({ address: B, token: "environment" });
  const flags = { server: "c:3", tokenFile: file };
  expect(findServer(flags, environment, config)).toEqual({
    address: "http://c:3",
    token: "zoe_of_the_file",
  });
});

test("a token that was kept for one server is not sent to another", () => {
  expect(findServer({ server: B }, nowhere, { server: A, token: "kept" })).toEqual({ address: B });
  expect(findServer({ server: `${A}/` }, nowhere, { server: A, token: "kept" }).token).toBe("kept");
});

test("without anything it is the local server, with the token that it left in its state", () => {
  expect(findServer({}, nowhere, {})).toEqual({ address: "http://127.0.0.1:7420" });
  const state = mkdtempSync(join(folder, "state-"));
  writeFileSync(join(state, "admin-token"), "zoe_admin\n");
  const environment = { ...nowhere, ZOE_STATE: state };
  expect(findServer({}, environment, {}).token).toBe("zoe_admin");
  expect(findServer({ server: B }, environment, {}).token).toBeUndefined();
});

test("what is kept can be read by its owner alone, and is read back", () => {
  const path = configPath({ XDG_CONFIG_HOME: join(folder, "xdg") });
  expect(readConfig(path)).toEqual({});
  writeFileSync(join(folder, "x"), "");
  writeConfig(path, { server: A, token: "t" });
  writeConfig(path, { server: A, token: "u" });
  expect(statSync(path).mode & 0o777).toBe(0o600);
  expect(readConfig(path)).toEqual({ server: A, token: "u" });
  expect(readFileSync(path, "utf8")).toMatch(/\n$/);
});

test("a broken file says how to mend it, a missing token where it was looked for", () => {
  const path = join(folder, "broken.json");
  writeFileSync(path, "{");
  expect(() => readConfig(path)).toThrow(/zoe login/);
  expect(() => findServer({ tokenFile: "/nowhere/t" }, nowhere, {})).toThrow(
    /\/nowhere\/t; there is no such file/,
  );
});

test.each(["", "ftp://x", "http://u:p@x", "http://x/?q", "a b"])("%j is no address", (text) => {
  expect(() => addressOf(text)).toThrow(/address of a server/);
});
