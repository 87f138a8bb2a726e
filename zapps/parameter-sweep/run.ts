// One run of the sweep: photons through the slab of one macro, with so many layers. collect.ts puts the runs together.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { readMacro } from "./macro.ts";
import { attenuation, materialNamed } from "./materials.ts";
import { randomOf } from "./random.ts";
import type { RunResult } from "./result.ts";
import { shoot } from "./transport.ts";

const { values } = parseArgs({
  options: {
    macro: { type: "string", default: "water-60keV" },
    layers: { type: "string", default: "1" },
    photons: { type: "string", default: "20000" },
    seed: { type: "string", default: "1" },
  },
});

const { macro, seed } = values;
const layers = wholeNumber("layers", values.layers);
const photons = wholeNumber("photons", values.photons);
const { energyKev, material, layerCm } = readMacro(macro);
const slab = { material: materialNamed(material), thicknessCm: layers * layerCm };
const fates = shoot(slab, energyKev, photons, randomOf(`${seed} ${macro} ${layers}`));
const perCm = attenuation(slab.material, energyKev);
const expected = Math.exp(-perCm * slab.thicknessCm);
const result: RunResult = {
  macro,
  material,
  energyKev,
  layers,
  thicknessCm: slab.thicknessCm,
  attenuationPerCm: perCm,
  seed,
  photons,
  ...fates,
  expected,
};

const name = `${macro}-${layers}.json`;
writeFileSync(
  join(process.env.ZOE_OUTPUT_DIR ?? ".", name),
  `${JSON.stringify(result, null, 2)}\n`,
);
console.log(
  `${name}: ${fates.uncollided / photons} met nothing, exp(-mu x) is ${expected.toFixed(4)}.`,
);

function wholeNumber(option: string, text: string): number {
  const number = Number(text);
  if (Number.isInteger(number) && number > 0) return number;
  throw new Error(`Wanted a whole number above 0 for --${option}; got "${text}".`);
}
