// A table of descriptions that have one fault each.
import { expect, test } from "vitest";
import { validateZapp } from "#shared/zapp/validate.ts";

export type Refused = Readonly<
  Record<string, [document: unknown, pointer: string, detail: string]>
>;

export function expectRefused(faulty: Refused): void {
  for (const [fact, [document, pointer, detail]] of Object.entries(faulty)) {
    test(`refused: ${fact}`, () => {
      const { faults, zapp } = validateZapp(document);
      expect(faults.map((fault) => fault.pointer)).toEqual([pointer]);
      expect(faults[0]?.detail).toContain(detail);
      expect(zapp).toBe(undefined);
    });
  }
}
