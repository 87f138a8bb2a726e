// The sizes that Fargate offers; an instance gets the smallest that holds what it asks for. From the task size table of ECS's documentation.

export interface FargateSize {
  readonly vcpus: number;
  readonly memoryMib: number;
}

const GIB = 1024;

interface Row {
  readonly vcpus: number;
  readonly memoriesMib: readonly number[];
}

const steps = (from: number, to: number, step: number) =>
  Array.from({ length: (to - from) / step + 1 }, (_, n) => (from + n * step) * GIB);

export const FARGATE_SIZES: readonly Row[] = [
  { vcpus: 0.25, memoriesMib: [512, 1 * GIB, 2 * GIB] },
  { vcpus: 0.5, memoriesMib: steps(1, 4, 1) },
  { vcpus: 1, memoriesMib: steps(2, 8, 1) },
  { vcpus: 2, memoriesMib: steps(4, 16, 1) },
  { vcpus: 4, memoriesMib: steps(8, 30, 1) },
  { vcpus: 8, memoriesMib: steps(16, 60, 4) },
  { vcpus: 16, memoriesMib: steps(32, 120, 8) },
  { vcpus: 32, memoriesMib: [60 * GIB, 120 * GIB, 244 * GIB] },
];

/** Not every Region offers 32 vCPU yet; the sizes up to here are everywhere. */
export const LARGEST_EVERYWHERE: FargateSize = { vcpus: 16, memoryMib: 120 * GIB };

/** Undefined when nothing holds it. */
export function fargateSize(
  { cpu, memoryMib }: { readonly cpu: number; readonly memoryMib: number },
  most: number = LARGEST_EVERYWHERE.vcpus,
): FargateSize | undefined {
  for (const { vcpus, memoriesMib } of FARGATE_SIZES) {
    const enough = memoriesMib.find((offered) => offered >= memoryMib);
    if (vcpus >= cpu && vcpus <= most && enough !== undefined) return { vcpus, memoryMib: enough };
  }
  return undefined;
}
