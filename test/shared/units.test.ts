import fc from "fast-check";
import { expect, test } from "vitest";
import {
  mibOf,
  secondsOf,
  whyNoDuration,
  whyNoSize,
  writeMib,
  writeSeconds,
} from "#shared/units.ts";

const durations: Record<string, number | undefined> = {
  "20s": 20,
  "15m": 900,
  "12h": 43_200,
  "1h30m": 5400,
  "1d": 86_400,
  "0.5s": 0.5,
  PT10M: 600,
  PT1H30M5S: 5405,
  P1DT2H: 93_600,
  "30m1h": undefined,
  "1h 30m": undefined,
  "60": undefined,
  "": undefined,
  s: undefined,
  "-5s": undefined,
  P: undefined,
  PT: undefined,
  P1M: undefined,
  "10S": undefined,
  "5min": undefined,
  "400d": undefined,
};

for (const [text, seconds] of Object.entries(durations)) {
  test(`the duration "${text}" is ${seconds ?? "none"}`, () => {
    expect(secondsOf(text)).toBe(seconds);
  });
}

const sizes: Record<string, number | undefined> = {
  "512MiB": 512,
  "2GiB": 2048,
  "512Mi": 512,
  "2Gi": 2048,
  "1.5GiB": 1536,
  "2GB": 1908,
  "500MB": 477,
  "1KiB": 1,
  "1kB": 1,
  "1TiB": 1_048_576,
  "2 GiB": 2048,
  "512": undefined,
  "512M": undefined,
  "512mib": undefined,
  MiB: undefined,
  "-1MiB": undefined,
  "65TiB": undefined,
};

for (const [text, mib] of Object.entries(sizes)) {
  test(`the size "${text}" is ${mib ?? "none"}`, () => {
    expect(mibOf(text)).toBe(mib);
  });
}

test("a bare number is told to have no unit, and how to write it", () => {
  expect(whyNoDuration(60)).toBe(
    "Wanted a duration with its unit, such as 20s, 15m, 12h, 1h30m or PT10M; got the bare number 60. Write 60s if seconds are meant.",
  );
  expect(whyNoSize("512")).toContain("got the bare number 512. Write 512MiB if MiB are meant.");
});

test("what is no unit at all is quoted", () => {
  expect(whyNoDuration("soon")).toContain('got "soon".');
  expect(whyNoSize(["1MiB"])).toContain("got a list.");
});

test("every duration of whole seconds is read as it was written", () => {
  fc.assert(
    fc.property(fc.nat({ max: 31_622_400 }), (seconds) => {
      expect(secondsOf(writeSeconds(seconds))).toBe(seconds);
    }),
  );
});

test("ISO 8601 and the short form agree", () => {
  const part = fc.nat({ max: 99 });
  fc.assert(
    fc.property(part, part, part, (hours, minutes, seconds) => {
      const iso = secondsOf(`PT${hours}H${minutes}M${seconds}S`);
      expect(iso).toBe(secondsOf(`${hours}h${minutes}m${seconds}s`));
      expect(iso).toBe(hours * 3600 + minutes * 60 + seconds);
    }),
  );
});

test("a size read is never smaller than what was written, and by less than one MiB larger", () => {
  const unit = fc.constantFrom(
    ["kB", 1e3],
    ["MB", 1e6],
    ["GB", 1e9],
    ["MiB", 2 ** 20],
  ) as fc.Arbitrary<[string, number]>;
  fc.assert(
    fc.property(fc.nat({ max: 9999 }), unit, (amount, [name, bytes]) => {
      const over = (mibOf(`${amount}${name}`) ?? Number.NaN) - (amount * bytes) / 2 ** 20;
      expect(over >= 0 && over < 1).toBe(true);
    }),
  );
});

test("MiB are written as people read them", () => {
  expect([512, 1024, 1900, 8192].map(writeMib)).toEqual(["512 MiB", "1 GiB", "1900 MiB", "8 GiB"]);
});

test("reading never throws, whatever the text", () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      secondsOf(text);
      mibOf(text);
    }),
  );
});
