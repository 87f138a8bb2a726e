// Ids that sort by time: `exe_` and 26 characters, 48 bits of milliseconds and 80 random ones, never smaller than the one before on this host.
import { randomBytes } from "node:crypto";

const ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz";
const TIME_LENGTH = 10;
const RANDOM_LENGTH = 16;

/** Random bytes drawn many at a time: a call for each id costs more than all the rest of it. */
const drawn = { bytes: randomBytes(0), at: 0 };
const DRAW = 8192;

function chance(n: number): Uint8Array {
  if (drawn.at + n > drawn.bytes.length) Object.assign(drawn, { bytes: randomBytes(DRAW), at: 0 });
  drawn.at += n;
  return drawn.bytes.subarray(drawn.at - n, drawn.at);
}

/** The alphabet's order is that of its characters, so ids sort as text. */
export function idMaker(now: () => number): (kind: string) => string {
  let last = 0;
  let tail: number[] = [];
  return (kind) => {
    const time = now();
    if (time > last) {
      last = time;
      tail = [...chance(RANDOM_LENGTH)].map((byte) => byte % ALPHABET.length);
    } else {
      increment(tail);
    }
    return `${kind}_${encodeTime(last)}${tail.map((digit) => ALPHABET[digit]).join("")}`;
  };
}

/** The next tail within the same millisecond; a step of random size keeps ids hard to guess. */
function increment(tail: number[]): void {
  let carry = 1 + (chance(1)[0] ?? 0);
  for (let at = tail.length - 1; at >= 0 && carry > 0; at--) {
    const sum = (tail[at] ?? 0) + carry;
    tail[at] = sum % ALPHABET.length;
    carry = Math.floor(sum / ALPHABET.length);
  }
}

function encodeTime(time: number): string {
  let text = "";
  for (let left = time, n = 0; n < TIME_LENGTH; n++, left = Math.floor(left / ALPHABET.length)) {
    text = ALPHABET[left % ALPHABET.length] + text;
  }
  return text;
}
