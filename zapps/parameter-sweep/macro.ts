// A macro says what is shot at what: a few lines of `/what/is-set value unit`, as the macros of Geant4 are written.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

export interface Macro {
  readonly energyKev: number;
  readonly material: string;
  /** A slab has one layer or more. */
  readonly layerCm: number;
}

const FOLDER = join(import.meta.dirname, "macros");

export function readMacro(name: string): Macro {
  const known = readdirSync(FOLDER).map((file) => file.replace(/\.mac$/, ""));
  if (!known.includes(name))
    throw new Error(`Wanted a macro of this zapp: ${known.sort().join(", ")}; got "${name}".`);
  return parseMacro(readFileSync(join(FOLDER, `${name}.mac`), "utf8"), `${name}.mac`);
}

/** Factors to keV and cm. */
const UNITS: Readonly<Record<string, number>> = { keV: 1, MeV: 1000, mm: 0.1, cm: 1, um: 1e-4 };

export function parseMacro(text: string, name: string): Macro {
  const settings = new Map<string, string>();
  for (const [index, line] of text.split("\n").entries()) {
    const plain = line.replace(/#.*/, "").trim();
    if (plain === "") continue;
    const [, command, value] = /^(\/[a-z/]+)\s+(.+)$/.exec(plain) ?? [];
    if (command === undefined || value === undefined || !COMMANDS.includes(command))
      throw new Error(
        `Wanted ${COMMANDS.join(", ")} and a value; line ${index + 1} of ${name} is: ${plain}`,
      );
    settings.set(command, value);
  }
  const given = (command: string) => {
    const value = settings.get(command);
    if (value === undefined) throw new Error(`Wanted ${command} in ${name}; it is missing.`);
    return value;
  };
  return {
    energyKev: quantity(given("/beam/energy"), name),
    material: given("/slab/material"),
    layerCm: quantity(given("/slab/layer"), name),
  };
}

const COMMANDS = ["/beam/energy", "/slab/material", "/slab/layer"];

function quantity(text: string, name: string): number {
  const [value = "", unit = ""] = text.split(/\s+/);
  const factor = Object.entries(UNITS).find(([known]) => known === unit)?.[1];
  const number = Number(value) * (factor ?? Number.NaN);
  if (number > 0) return number;
  throw new Error(`Wanted a number above 0 with keV, MeV, cm, mm or um in ${name}; got "${text}".`);
}
