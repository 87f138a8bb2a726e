// Reads the folder in which the sweep's results were collected, shows them as a table, and tests them together: node collect.ts FOLDER
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { jointTest, type RunResult } from "./result.ts";

/** Chance fails a sound simulation once in a thousand sweeps. */
const LEAST_PROBABILITY = 0.001;

const folder = process.argv[2];
if (folder === undefined)
  throw new Error("Wanted the folder of the results: node collect.ts FOLDER");

const files = readdirSync(folder).filter((name) => name.endsWith(".json"));
const results = files.map(
  (name) => JSON.parse(readFileSync(join(folder, name), "utf8")) as RunResult,
);
if (results.length === 0) throw new Error(`There are no results (*.json) in ${folder}.`);

console.log(
  "macro,layers,thickness_cm,mu_per_cm,photons,uncollided,expected,scattered_through,reflected,absorbed",
);
for (const one of results.sort((a, b) => a.macro.localeCompare(b.macro) || a.layers - b.layers)) {
  const { macro, layers, thicknessCm, attenuationPerCm, photons, uncollided, expected } = one;
  const numbers = [layers, thicknessCm, attenuationPerCm, photons, uncollided, photons * expected];
  const others = [one.scatteredThrough, one.reflected, one.absorbed];
  console.log(
    [macro, ...[...numbers, ...others].map((number) => Number(number.toPrecision(6)))].join(","),
  );
}

const { value, degrees, probability } = jointTest(results);
const agrees = probability >= LEAST_PROBABILITY;
console.error(
  `${degrees} runs: chi-square ${value.toFixed(1)}, probability ${probability.toFixed(3)}: the uncollided photons ${agrees ? "follow" : "do NOT follow"} exp(-mu x).`,
);
process.exitCode = agrees ? 0 : 1;
