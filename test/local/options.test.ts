// What the flags of the control plane come to.
import { resolve } from "node:path";
import { expect, test } from "vitest";
import { readOptions } from "#local/options.ts";

test("a state directory named from here is the same one for programs that work elsewhere", () => {
  expect(readOptions(["--state", "./state"], {})?.state).toBe(resolve("state"));
  expect(readOptions([], { ZOE_STATE: "state" })?.state).toBe(resolve("state"));
});
