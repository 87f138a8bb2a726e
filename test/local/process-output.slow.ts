// A program that writes a gigabyte is neither held up nor blocked, and its log stays within its limit.
import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { aRequest, logOf, openProcessBody } from "./process-body.ts";

const MIB = 1024 * 1024;

test.each(["stdout", "stderr"] as const)(
  "a gigabyte on %s ends as ten mebibytes of log",
  async (stream) => {
    const body = await openProcessBody();
    try {
      const to = stream === "stderr" ? "exec >&2;" : "";
      const program = `${to} echo begin; yes 0123456789abcdef | head -c 1G; echo; echo end`;
      const request = aRequest(program, {
        service: { resources: { cpu: 1, memoryMib: 64, gpu: 0 } },
      });
      await body.backend.launch([request]);
      expect(await body.events.outcome(request)).toEqual({ kind: "succeeded" });
      const text = await logOf(body, request, stream);
      expect(text.startsWith("begin\n0123456789abcdef\n")).toBe(true);
      expect(text.endsWith("\nend\n")).toBe(true);
      const leftOut = Number(/\[(\d+) bytes/.exec(text)?.[1]);
      expect(leftOut).toBeGreaterThan(900 * MIB);
      const folder = join(body.state, "logs/exe_1");
      const sizes = readdirSync(folder).map((name) => statSync(join(folder, name)).size);
      expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(10 * MIB + 1000);
    } finally {
      await body.close();
    }
  },
);
