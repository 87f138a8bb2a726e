// Every zapp of the catalogue is valid, says how it is used, and brings what its image is built from.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { readFrameworks } from "#functions/host/built-in.ts";
import { readZapp } from "#shared/zapp/read.ts";

const FOLDER = join(import.meta.dirname, "../../zapps");
const NAMES = readdirSync(FOLDER).filter((name) => existsSync(join(FOLDER, name, "zapp.yaml")));
const frameworks = readFrameworks(FOLDER);
const SETTING = {
  execution: { id: "exe_1", name: "test" },
  user: { name: "ada" },
  tenant: { name: "default" },
} as const;

function readCatalogue(name: string, parameters: object = {}) {
  const text = readFileSync(join(FOLDER, name, "zapp.yaml"), "utf8");
  return readZapp(parse(text, { merge: true }), { ...SETTING, parameters, frameworks });
}

test("the five zapps that were promised are there", () => {
  expect(NAMES).toEqual(
    expect.arrayContaining([
      "hello",
      "parameter-sweep",
      "document-classifier",
      "document-classifier-split",
      "document-classifier-two-level",
    ]),
  );
});

describe.each(NAMES)("%s", (name) => {
  test("is valid without a warning, under the name of its folder", () => {
    const { faults, warnings, zapp } = readCatalogue(name);
    expect({ faults, warnings }).toEqual({ faults: [], warnings: [] });
    expect(zapp?.name).toBe(name);
  });

  test("runs programs that are there", () => {
    for (const service of readCatalogue(name).zapp?.services ?? []) {
      const { command, program = "" } = service;
      // What MPI programs run is a script; mpi.slow.ts runs it.
      if (command?.kind === "script") continue;
      const words = command?.kind === "exec" ? command.words : [];
      expect(words[0]).toBe("node");
      expect(existsSync(join(FOLDER, name, program, words[1] ?? "missing"))).toBe(true);
    }
  });

  test("has a README with the command that runs it, and a Dockerfile for its image", () => {
    const readme = readFileSync(join(FOLDER, name, "README.md"), "utf8");
    expect(readme).toContain(`npx zoe run ${name}`);
    const dockerfile = readFileSync(join(FOLDER, name, "Dockerfile"), "utf8");
    const copied = [...dockerfile.matchAll(/^COPY (\S+)\/ /gm)].map(([, folder]) => folder);
    expect(copied.every((folder) => existsSync(join(FOLDER, folder ?? "")))).toBe(true);
  });
});

describe.each([...frameworks.values()])("the framework $name", ({ name, parameters }) => {
  const needed = name === "openmpi" ? { command: "hostname" } : {};
  const uses = (configuration: object) =>
    readZapp(
      { version: 4, name: "user", uses: { [name]: configuration } },
      { ...SETTING, frameworks, parameters: needed },
    );

  test("makes a zapp of a description that only uses it, with its parameters", () => {
    const { faults, warnings, zapp } = uses({});
    expect({ faults, warnings }).toEqual({ faults: [], warnings: [] });
    expect(Object.keys(zapp?.parameters ?? {}).sort()).toEqual(Object.keys(parameters).sort());
    expect(zapp?.services).toHaveLength(1);
  });

  test("has a folder of its name", () => {
    expect(existsSync(join(FOLDER, "frameworks", name, "framework.yaml"))).toBe(true);
  });
});

test("the sweep makes 96 runs, each with a name of its own", () => {
  const [run] = readCatalogue("parameter-sweep").zapp?.services ?? [];
  expect(run).toMatchObject({ run: "array", count: 96, label: "${sweep.macro}-${sweep.layers}" });
});

test("the sub-topic workers of all topics share one maximum", () => {
  const services = readCatalogue("document-classifier-two-level", { workers: 5 }).zapp?.services;
  const shared = services?.flatMap((service) =>
    service.run === "worker" ? [service.shareMax] : [],
  );
  expect(shared?.filter((share) => share?.max === 5)).toHaveLength(5);
});

test("the images install the versions of the text library that the project uses", () => {
  const lock = JSON.parse(readFileSync(join(FOLDER, "../package-lock.json"), "utf8"));
  for (const name of NAMES.filter((one) => one.startsWith("document-classifier"))) {
    const dockerfile = readFileSync(join(FOLDER, name, "Dockerfile"), "utf8");
    for (const library of ["wink-nlp", "wink-eng-lite-web-model"])
      expect(dockerfile).toContain(
        `${library}@${lock.packages[`node_modules/${library}`].version}`,
      );
  }
});
