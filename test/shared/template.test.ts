import fc from "fast-check";
import { expect, test } from "vitest";
import {
  fillAll,
  fillSome,
  hasTemplate,
  literally,
  namesIn,
  partsOf,
  wholeName,
} from "#shared/template.ts";

const values: Record<string, unknown> = { n: 8, yes: true, topic: "physics", list: [1, 2] };
const lookup = (name: string) => values[name];

const filled: Record<string, [text: string, result: unknown]> = {
  "a whole value keeps its type": ["${n}", 8],
  "a whole list stays a list": ["${list}", [1, 2]],
  "inside a string a value is text": ["--n=${n} ${yes}", "--n=8 true"],
  "two templates may touch": ["${topic}${n}", "physics8"],
  "two dollars make a literal": ["$${n}", "${n}"],
  "a literal may stand beside a template": ["$${n} is ${n}", "${n} is 8"],
  "three dollars are a dollar and a literal": ["$$${n}", "$${n}"],
  "a dollar alone is a dollar": ["5$ and $n", "5$ and $n"],
  "braces alone are braces": ["{n}", "{n}"],
};

for (const [fact, [text, result]] of Object.entries(filled)) {
  test(fact, () => expect(fillAll(text, lookup)).toEqual(result));
}

test("an unclosed template is a part of its own", () => {
  expect(partsOf("a ${b")).toEqual([{ kind: "text", text: "a " }, { kind: "open" }]);
  expect(hasTemplate("a ${b")).toBe(true);
  expect(hasTemplate("a $${b}")).toBe(false);
});

test("names are found in the order in which they stand", () => {
  expect(namesIn("${a} $${b} ${c:d}${e.f}")).toEqual(["a", "c:d", "e.f"]);
  expect([wholeName("${a}"), wholeName("${a} "), wholeName("a"), wholeName("")]).toEqual([
    "a",
    undefined,
    undefined,
    undefined,
  ]);
});

test("what fillSome leaves is still a template for the rest", () => {
  const some = fillSome("${topic} ${sweep.x} $${y}", (name) => values[name]);
  expect(some).toBe("physics ${sweep.x} $${y}");
  expect(fillAll(String(some), () => "now")).toBe("physics now ${y}");
});

const nasty = fc.string({ unit: fc.constantFrom("$", "{", "}", "a", "b", ".") });

test("an escaped text comes back as it was, whatever it contains", () => {
  fc.assert(
    fc.property(nasty, nasty, (text, after) => {
      expect(fillAll(literally(text), () => "WRONG")).toBe(text);
      expect(fillAll(`${literally(text)}\${b}`, () => after)).toBe(text + after);
    }),
  );
});

test("filling in two steps gives what filling at once gives", () => {
  const piece = fc.constantFrom("${a}", "${b}", "$${", "$", "{", "}", "x");
  fc.assert(
    fc.property(fc.array(piece), nasty, nasty, (pieces, a, b) => {
      const text = pieces.join("");
      fc.pre(partsOf(text).every((part) => part.kind !== "name" || /^[ab]$/.test(part.name)));
      fc.pre(partsOf(text).every((part) => part.kind !== "open"));
      const atOnce = fillAll(text, (name) => (name === "a" ? a : b));
      const first = fillSome(text, (name) => (name === "a" ? a : undefined));
      expect(fillAll(String(first), () => b)).toBe(atOnce);
    }),
    { numRuns: 1000 },
  );
});

test("splitting never throws and loses nothing, whatever the text", () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom("$", "{", "}", "a") }), (text) => {
      fc.pre(!partsOf(text).some((part) => part.kind === "open"));
      const again = partsOf(text)
        .map((part) => (part.kind === "name" ? `\${${part.name}}` : escapeText(part)))
        .join("");
      expect(partsOf(again)).toEqual(partsOf(text));
    }),
  );
});

const escapeText = (part: { kind: string; text?: string }) =>
  (part.text ?? "").split("${").join("$${");
