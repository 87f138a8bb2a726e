// The sweep's photons obey the law of attenuation, in all 96 runs together; and the test of that would notice if they did not.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test, vi } from "vitest";
import { parseMacro, readMacro } from "#zapps/parameter-sweep/macro.ts";
import { attenuation, materialNamed, scatteringShare } from "#zapps/parameter-sweep/materials.ts";
import { randomOf } from "#zapps/parameter-sweep/random.ts";
import { jointTest, type RunResult } from "#zapps/parameter-sweep/result.ts";
import { shoot } from "#zapps/parameter-sweep/transport.ts";

/** Some tests start programs, which takes long on a busy machine. */
vi.setConfig({ testTimeout: 30_000 });

const ZAPP = join(import.meta.dirname, "../../zapps/parameter-sweep");
const MACROS = readdirSync(join(ZAPP, "macros")).map((file) => file.replace(".mac", ""));
const PHOTONS = 3000;

function runAll(seed: string): RunResult[] {
  return MACROS.flatMap((macro) =>
    [1, 2, 3, 4, 5, 6, 7, 8].map((layers) => {
      const { energyKev, material, layerCm } = readMacro(macro);
      const slab = { material: materialNamed(material), thicknessCm: layers * layerCm };
      const fates = shoot(slab, energyKev, PHOTONS, randomOf(`${seed} ${macro} ${layers}`));
      const attenuationPerCm = attenuation(slab.material, energyKev);
      const expected = Math.exp(-attenuationPerCm * slab.thicknessCm);
      const { thicknessCm } = slab;
      const settings = { macro, material, energyKev, layers, thicknessCm, attenuationPerCm, seed };
      return { ...settings, photons: PHOTONS, ...fates, expected };
    }),
  );
}

const RESULTS = runAll("1");

test("96 runs together follow exp(-mu x)", () => {
  expect(RESULTS).toHaveLength(96);
  const { degrees, probability } = jointTest(RESULTS);
  expect(degrees).toBe(96);
  expect(probability).toBeGreaterThan(0.001);
  expect(probability).toBeLessThan(0.999);
});

test("attenuation that is off by five percent is noticed", () => {
  const wrong = RESULTS.map((one) => ({ ...one, attenuationPerCm: one.attenuationPerCm * 1.05 }));
  expect(jointTest(wrong).probability).toBeLessThan(0.001);
});

test("every photon has one fate, and scattering lets more of them through", () => {
  for (const { photons, uncollided, scatteredThrough, reflected, absorbed } of RESULTS)
    expect(uncollided + scatteredThrough + reflected + absorbed).toBe(photons);
  const scattered = RESULTS.filter(({ material }) => material === "water");
  expect(scattered.every(({ scatteredThrough }) => scatteredThrough > 0)).toBe(true);
});

test("another seed gives other photons, the same seed the same", () => {
  const [first] = RESULTS;
  expect(runAll("1")[0]).toEqual(first);
  expect(runAll("2")[0]?.uncollided).not.toBe(first?.uncollided);
});

test("the coefficients are those of the tables, with the edge of lead and a power law between", () => {
  const lead = materialNamed("lead");
  expect(attenuation(materialNamed("water"), 60)).toBeCloseTo(0.2059, 6);
  expect(attenuation(lead, 87.99) / 11.35).toBeCloseTo(1.91, 2);
  expect(attenuation(lead, 88.01) / 11.35).toBeCloseTo(7.68, 2);
  expect(attenuation(materialNamed("water"), 70)).toBeCloseTo(Math.sqrt(0.2059 * 0.1837), 2);
});

test("in water photons of 500 keV scatter and hardly anything else; in lead those of 60 keV are absorbed", () => {
  expect(scatteringShare(materialNamed("water"), 500)).toBeGreaterThan(0.99);
  expect(scatteringShare(materialNamed("lead"), 60)).toBeLessThan(0.05);
});

test("chi-square probabilities are those of the tables", () => {
  const withValue = (value: number, degrees: number) => {
    const share = 0.5;
    const photons = 1e6;
    const off = Math.sqrt((value / degrees) * photons * share * share);
    const [one] = RESULTS;
    const run = { ...one, photons, uncollided: photons * share + off } as RunResult;
    const mu = { attenuationPerCm: Math.LN2, thicknessCm: 1 };
    return jointTest(Array.from({ length: degrees }, () => ({ ...run, ...mu }))).probability;
  };
  expect(withValue(3.841, 1)).toBeCloseTo(0.05, 3);
  expect(withValue(18.307, 10)).toBeCloseTo(0.05, 3);
  expect(withValue(131.141, 96)).toBeCloseTo(0.01, 3);
});

test("a macro that says something unknown is refused by its line", () => {
  expect(() => parseMacro("# fine\n/gun/energy 1 MeV\n", "mine.mac")).toThrow(
    /line 2 of mine\.mac/,
  );
  expect(() => parseMacro("/beam/energy 5 parsec", "mine.mac")).toThrow(/got "5 parsec"|missing/);
  expect(() => readMacro("../zapp")).toThrow("Wanted a macro of this zapp");
});

test("a run leaves a file under its own name, and the collection of all says whether they agree", () => {
  const folder = mkdtempSync(join(tmpdir(), "zoe-sweep-"));
  const node = (...words: string[]) =>
    spawnSync(process.execPath, words, {
      cwd: ZAPP,
      encoding: "utf8",
      env: { ...process.env, ZOE_OUTPUT_DIR: folder },
    });
  try {
    expect(
      node("run.ts", "--macro", "lead-500keV", "--layers", "3", "--photons", "5000").status,
    ).toBe(0);
    expect(readdirSync(folder)).toEqual(["lead-500keV-3.json"]);
    expect(JSON.parse(readFileSync(join(folder, "lead-500keV-3.json"), "utf8")).photons).toBe(5000);
    const { status, stdout, stderr } = node("collect.ts", folder);
    expect(stdout.split("\n")[1]).toMatch(/^lead-500keV,3,0\.81,/);
    expect(stderr).toContain("follow exp(-mu x)");
    expect(status).toBe(0);
    expect(node("run.ts", "--macro", "cheese").status).toBe(1);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
