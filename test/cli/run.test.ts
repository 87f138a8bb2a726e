// What a run is made of: values from the command line, files by their patterns, a script's interpreter, and short points of a sweep.
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, expect, test } from "vitest";
import { filesThatFit, namesOf } from "#cli/run/glob.ts";
import { interpreterOf } from "#cli/run/interpreter.ts";
import { submissionFields } from "#cli/run/options.ts";
import { pointsOf } from "#cli/run/points.ts";
import { targetOf } from "#cli/run/target.ts";
import { filesFor, readValues } from "#cli/run/values.ts";
import { fillAll } from "#shared/template.ts";

const folder = mkdtempSync(join(tmpdir(), "zoe-run-"));
afterAll(() => rmSync(folder, { recursive: true }));

function file(name: string, text = ""): string {
  const path = join(folder, name);
  mkdirSync(join(path, ".."), { recursive: true });
  writeFileSync(path, text);
  return path;
}

const DECLARED = {
  n: { type: "integer" },
  on: { type: "boolean" },
  name: { type: "string" },
  energies: { type: "array", items: "number" },
  macros: { type: "array", items: "string" },
};

const SETTINGS: Readonly<Record<string, readonly [string, unknown]>> = {
  "a number where one is declared": ["n=8", 8],
  "what is no number goes as it is, for the server to refuse": ["n=many", "many"],
  "true where a boolean is declared": ["on=true", true],
  "digits stay a text where a text is declared": ["name=007", "007"],
  "an equals sign in the value": ["name=a=b", "a=b"],
  "a list with commas": ["energies=5, 10.5", [5, 10.5]],
  "a list as JSON": ['macros=["a,b"]', ["a,b"]],
  "an empty list": ["macros=", []],
  "a number that nothing is known of": ["other=2.5", 2.5],
  "a text that nothing is known of": ["other=01", "01"],
};

test.each(Object.entries(SETTINGS))("--set: %s", (_, [setting, wanted]) => {
  expect(Object.values(readValues([setting], DECLARED))).toEqual([wanted]);
});

test("--set name=@file reads the lines of a file, as a list or as one text", () => {
  const lines = file("macros.txt", "water\r\n\nlead\n");
  expect(readValues([`macros=@${lines}`], DECLARED)).toEqual({ macros: ["water", "lead"] });
  expect(readValues([`energies=@${file("e.txt", "5\n10\n")}`], DECLARED)).toEqual({
    energies: [5, 10],
  });
  expect(readValues([`name=@${lines}`], DECLARED)).toEqual({ name: "water\nlead" });
  expect(() => readValues(["macros=@nowhere"], DECLARED)).toThrow(/nowhere can't be read/);
  expect(() => readValues(["macros"], DECLARED)).toThrow(/Wanted --set name=value/);
});

test("--each of a zapp fills its only list without a value", () => {
  const path = file("each/one.mac");
  expect(filesFor([path], DECLARED, { energies: [1] })).toEqual({ macros: [path] });
  expect(() => filesFor([path], DECLARED, {})).toThrow(/energies, macros/);
});

test("patterns give files in the order people count, each once; a name is meant as it is", () => {
  for (const name of ["run-10.txt", "run-2.txt", "run-[1].txt"]) file(`many/${name}`);
  mkdirSync(join(folder, "many/dir.txt"));
  const all = filesThatFit([join(folder, "many/*.txt"), join(folder, "many/run-2.txt")]);
  expect(namesOf(all)).toEqual(["run-[1].txt", "run-2.txt", "run-10.txt"]);
  expect(filesThatFit([join(folder, "many/run-[1].txt")])).toHaveLength(1);
  expect(() => filesThatFit(["nothing/*"])).toThrow(/No file fits nothing/);
});

test("files are called by their paths below the folder that holds them all", () => {
  expect(namesOf(["/d/a/x.txt", "/d/b/x.txt"])).toEqual(["a/x.txt", "b/x.txt"]);
  expect(namesOf(["/d/x.txt"])).toEqual(["x.txt"]);
});

const py = file("mine.py", "print(1)\n");
const INTERPRETERS: Readonly<
  Record<string, readonly [string, Parameters<typeof interpreterOf>[1], readonly string[]]>
> = {
  "Python of the active environment": [
    py,
    { isHere: true, virtualEnv: "/venv" },
    ["/venv/bin/python"],
  ],
  "python3 elsewhere": [py, { isHere: false }, ["python3"]],
  "what the first line says": [
    file("a.py", "#!/usr/bin/env -S python3 -u\n"),
    { isHere: false, virtualEnv: "/venv" },
    ["/venv/bin/python", "-u"],
  ],
  "a whole path of the first line": [
    file("b", "#!/bin/sh -e\n"),
    { isHere: true, path: "" },
    ["/bin/sh", "-e"],
  ],
  "Node by its name, since it comes with Zoe": [
    file("c.ts"),
    { isHere: true, path: "/usr/bin" },
    ["node"],
  ],
  "what was asked for": [py, { isHere: false, asked: "pypy3 -O" }, ["pypy3", "-O"]],
};

test.each(Object.entries(INTERPRETERS))("a script is run by %s", (_, [script, where, wanted]) => {
  expect(interpreterOf(script, where)).toEqual(wanted);
});

test("for a server on this machine the program is looked up here", () => {
  const perl = file("bin/perl");
  chmodSync(perl, 0o755);
  const where = { isHere: true, path: `/nowhere:${join(folder, "bin")}` };
  expect(interpreterOf(file("d.pl"), where)).toEqual([perl]);
});

test("a script that nothing runs is told what to write", () => {
  expect(() => interpreterOf(file("e.xyz"), { isHere: true })).toThrow(/#!\/usr\/bin\/env/);
});

test("a name is of the catalogue, a path is a file, YAML is a description", () => {
  expect(targetOf("document-classifier")).toEqual({ kind: "zapp", name: "document-classifier" });
  expect(targetOf("x.yaml").kind).toBe("description");
  expect(targetOf(py)).toEqual({ kind: "script", path: py });
  expect(() => targetOf("./none.py")).toThrow(/There is no file/);
  expect(() => targetOf(folder)).toThrow(/zapps install/);
});

test("points of a sweep give back every name and upload, whatever characters they have", () => {
  const names = fc.uniqueArray(fc.string({ unit: "grapheme", minLength: 1, maxLength: 12 }), {
    minLength: 1,
    maxLength: 9,
  });
  const ends = fc.tuple(
    fc.constantFrom("", "run-", "${a}", "😀"),
    fc.constantFrom("", ".txt", "$${", "😀"),
  );
  fc.assert(
    fc.property(names, ends, (middles, [begin, end]) => {
      const all = middles.map((middle) => begin + middle + end);
      const { points, name, upload } = pointsOf(
        all,
        all.map((_, at) => `upl_${at}`),
      );
      const filled = (template: string, at: number) =>
        fillAll(template, (axis) => points[at]?.[axis === "sweep.f" ? "f" : "u"] ?? "");
      expect(all.map((_, at) => filled(name, at))).toEqual(all);
      expect(all.map((_, at) => filled(upload, at))).toEqual(all.map((_, at) => `upl_${at}`));
      for (const { f } of points) expect(f.isWellFormed()).toBe(true);
    }),
  );
});

test("two thousand files fit into one execution, and far too many are refused with how many would", () => {
  const names = (n: number) =>
    Array.from({ length: n }, (_, at) => `document-${String(at).padStart(6, "0")}.txt`);
  const ids = (n: number) =>
    Array.from({ length: n }, (_, at) => `upl_01M7YZN3CS${String(at).padStart(16, "0")}`);
  expect(pointsOf(names(2000), ids(2000)).points).toHaveLength(2000);
  expect(() => pointsOf(names(10_000), ids(10_000))).toThrow(/at most about \d+ files/);
});

test("flags become the fields of a submission", () => {
  expect(submissionFields({ label: ["a=1", "b=x=y"], priority: "90", maxTime: "2h" })).toEqual({
    labels: { a: "1", b: "x=y" },
    priority: 90,
    maxTime: "2h",
  });
  expect(() => submissionFields({ priority: "high" })).toThrow(/a number for --priority/);
  expect(() => submissionFields({ label: ["x"] })).toThrow(/--label key=value/);
});
