// What photons meet in a slab: how strongly each material attenuates them at each energy, and how much of that is scattering.

export interface Material {
  /** g/cm3 */
  readonly density: number;
  /** Electrons per nucleon, Z/A. */
  readonly electrons: number;
  /** Pairs of keV and cm2/g, in order; an energy that stands twice is an edge. */
  readonly attenuation: readonly (readonly [number, number])[];
}

const ENERGIES = [
  10, 15, 20, 30, 40, 50, 60, 80, 100, 150, 200, 300, 400, 500, 600, 800, 1000, 1250,
];

/** Mass attenuation coefficients as NIST publishes them (Hubbell and Seltzer, X-Ray Mass Attenuation Coefficients, NISTIR 5632). */
const MATERIALS: Readonly<Record<string, Material>> = {
  water: {
    density: 1,
    electrons: 0.5551,
    attenuation: table([
      5.329, 1.673, 0.8096, 0.3756, 0.2683, 0.2269, 0.2059, 0.1837, 0.1707, 0.1505, 0.137, 0.1186,
      0.1061, 0.09687, 0.08956, 0.07865, 0.07072, 0.06323,
    ]),
  },
  aluminium: {
    density: 2.699,
    electrons: 0.4818,
    attenuation: table([
      26.23, 7.955, 3.441, 1.128, 0.5685, 0.3681, 0.2778, 0.2018, 0.1704, 0.1378, 0.1223, 0.1042,
      0.09276, 0.08445, 0.07802, 0.06841, 0.06146, 0.05496,
    ]),
  },
  lead: {
    density: 11.35,
    electrons: 0.3958,
    attenuation: [
      ...table([130.6, 111.6, 86.36, 30.32, 14.36, 8.041, 5.021, 2.419]),
      [88, 1.91],
      [88, 7.683],
      ...table([5.549, 2.014, 0.9985, 0.4031, 0.2323, 0.1614, 0.1248, 0.0887, 0.07102, 0.05876], 8),
    ],
  },
};

export function materialNamed(name: string): Material {
  const material = Object.entries(MATERIALS).find(([known]) => known === name)?.[1];
  if (material !== undefined) return material;
  throw new Error(`Wanted one of ${Object.keys(MATERIALS).join(", ")} as material; got "${name}".`);
}

/** Per cm: of a narrow beam through x cm, exp(-mu x) meets nothing. Between the table's energies a power law. */
export function attenuation(material: Material, keV: number): number {
  return material.density * massAttenuation(material, keV);
}

/** How much of all that happens to photons of this energy is Compton scattering by an electron; the rest absorbs them. */
export function scatteringShare(material: Material, keV: number): number {
  const scattering = BARN_AND_AVOGADRO * material.electrons * kleinNishinaBarn(keV);
  return Math.min(1, scattering / massAttenuation(material, keV));
}

/** 1e-24 cm2 times Avogadro's number. */
const BARN_AND_AVOGADRO = 0.60221;
/** keV */
export const ELECTRON_MASS = 510.999;
/** The area of an electron for photons of no energy, in barn. */
const THOMSON_BARN = 0.66525;

/** The cross-section of a free electron (Klein and Nishina 1929, integrated over all angles). */
function kleinNishinaBarn(keV: number): number {
  const k = keV / ELECTRON_MASS;
  const log = Math.log(1 + 2 * k);
  const first = ((1 + k) / k ** 2) * ((2 * (1 + k)) / (1 + 2 * k) - log / k);
  return 0.75 * THOMSON_BARN * (first + log / (2 * k) - (1 + 3 * k) / (1 + 2 * k) ** 2);
}

function massAttenuation({ attenuation: points }: Material, keV: number): number {
  const above = points.findIndex(([energy]) => energy > keV);
  const last = points.length - 1;
  const right = above < 0 ? last : Math.max(1, above);
  const [lowKev, low] = points[right - 1] ?? [1, 1];
  const [highKev, high] = points[right] ?? [2, 1];
  const slope = Math.log(high / low) / Math.log(highKev / lowKev);
  return low * (keV / lowKev) ** slope;
}

function table(values: readonly number[], from = 0): [number, number][] {
  return values.map((value, index) => [ENERGIES[from + index] ?? 0, value]);
}
