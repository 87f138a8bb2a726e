// Random numbers that are the same for the same seed on every machine: sfc32 by Chris Doty-Humphrey, seeded by a text.

export type Random = () => number;

/** Numbers above 0 and below 1. Texts that differ give streams that do not overlap in any run. */
export function randomOf(seed: string): Random {
  let [a, b, c, counter] = [hash(seed, 1), hash(seed, 2), hash(seed, 3), 1];
  const next = () => {
    const sum = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + sum) | 0;
    return (sum >>> 0) / 2 ** 32 + 2 ** -33;
  };
  for (let warm = 0; warm < 15; warm++) next();
  return next;
}

/** FNV-1a, stirred at the end. */
function hash(text: string, salt: number): number {
  let value = 0x811c9dc5 ^ Math.imul(salt, 0x9e3779b1);
  for (const character of text)
    value = Math.imul(value ^ (character.codePointAt(0) ?? 0), 0x01000193);
  value = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  return value ^ (value >>> 13);
}
