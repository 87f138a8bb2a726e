// Photons on their way through a slab: each goes straight until it meets an electron or an atom, then scatters or is absorbed.
import { attenuation, ELECTRON_MASS, type Material, scatteringShare } from "./materials.ts";
import type { Random } from "./random.ts";

export interface Slab {
  readonly material: Material;
  readonly thicknessCm: number;
}

/** What became of the photons. `uncollided` left on the far side without having met anything. */
export interface Fates {
  readonly uncollided: number;
  readonly scatteredThrough: number;
  readonly reflected: number;
  readonly absorbed: number;
}

export function shoot(slab: Slab, keV: number, photons: number, random: Random): Fates {
  const fates = { uncollided: 0, scatteredThrough: 0, reflected: 0, absorbed: 0 };
  for (let photon = 0; photon < photons; photon++) fates[fateOfOne(slab, keV, random)]++;
  return fates;
}

/** Slower photons are absorbed where they are: they would not get out. */
const CUT_OFF_KEV = 10;

function fateOfOne({ material, thicknessCm }: Slab, startKev: number, random: Random): keyof Fates {
  let keV = startKev;
  let depth = 0;
  /** Cosine of the angle to the way in. */
  let direction = 1;
  for (let collisions = 0; ; collisions++) {
    depth += (direction * -Math.log(random())) / attenuation(material, keV);
    if (depth >= thicknessCm) return collisions === 0 ? "uncollided" : "scatteredThrough";
    if (depth < 0) return "reflected";
    if (random() > scatteringShare(material, keV)) return "absorbed";
    const cosine = comptonCosine(keV, random);
    keV /= 1 + (keV / ELECTRON_MASS) * (1 - cosine);
    if (keV < CUT_OFF_KEV) return "absorbed";
    direction = turned(direction, cosine, 2 * Math.PI * random());
  }
}

/** Of the angle of a Compton scattering, by Klein and Nishina: even angles are proposed, and taken as often as they occur. */
function comptonCosine(keV: number, random: Random): number {
  for (;;) {
    const cosine = 2 * random() - 1;
    const left = 1 / (1 + (keV / ELECTRON_MASS) * (1 - cosine));
    // At most 2, which is reached forwards.
    const often = left ** 2 * (left + 1 / left - (1 - cosine ** 2));
    if (2 * random() < often) return cosine;
  }
}

function turned(direction: number, cosine: number, azimuth: number): number {
  const across = Math.sqrt(Math.max(0, 1 - direction ** 2) * Math.max(0, 1 - cosine ** 2));
  return Math.max(-1, Math.min(1, direction * cosine + across * Math.cos(azimuth)));
}
