// Options as Slurm's commands read them: on the command line and on `#SBATCH` lines.
import { describe, expect, test } from "vitest";
import { arrayOf, rangesOf } from "#cli/slurm/array.ts";
import { dependenciesOf } from "#cli/slurm/dependency.ts";
import { directivesOf, wordsOf } from "#cli/slurm/directives.ts";
import { SlurmError } from "#cli/slurm/fault.ts";
import { shellWord, unknownField } from "#cli/slurm/file-name.ts";
import { mibOf } from "#cli/slurm/memory.ts";
import { readOptions } from "#cli/slurm/option.ts";
import { SBATCH_OPTIONS } from "#cli/slurm/sbatch-options.ts";
import { limitOf, pointOf, spanOf, stampOf } from "#cli/slurm/time.ts";

const read = (...words: string[]) => {
  const { given, rest } = readOptions(SBATCH_OPTIONS, words);
  return [given.map(({ option, value }) => `${option.long}=${value}`).join(" "), ...rest];
};

describe("words", () => {
  const TABLE: Readonly<Record<string, readonly [string[], string[]]>> = {
    "a short option's value may follow at once": [["-n4"], ["ntasks=4"]],
    "or as the next word": [["-n", "4"], ["ntasks=4"]],
    "a long one's behind =": [["--ntasks=4"], ["ntasks=4"]],
    "or as the next word too": [["--ntasks", "4"], ["ntasks=4"]],
    "a value may hold = itself": [["--export=A=1,B=2"], ["export=A=1,B=2"]],
    "short flags stand together": [
      ["-QW", "x"],
      ["quiet= wait=", "x"],
    ],
    "a flag and an option stand together": [["-Qn4"], ["quiet= ntasks=4"]],
    "a long name may be cut short": [["--job-n=a"], ["job-name=a"]],
    "what follows the script is the script's": [
      ["-n2", "x.sh", "-n3"],
      ["ntasks=2", "x.sh", "-n3"],
    ],
    "-- ends the options": [
      ["--", "-n2"],
      ["", "-n2"],
    ],
    "a value that is optional is never the next word": [
      ["--propagate", "x"],
      ["propagate=", "x"],
    ],
  };
  test.each(Object.entries(TABLE))("%s", (_, [words, wanted]) => {
    expect(read(...words)).toEqual(wanted);
  });

  const FAULTS: Readonly<Record<string, readonly [string[], RegExp]>> = {
    "an unknown option": [["--frobnicate"], /unrecognized option '--frobnicate'/],
    "an unknown letter": [["-Z"], /invalid option -- 'Z'/],
    "a name that could be two": [["--gpu=1"], /'--gpu' is ambiguous.*'--gpus'/],
    "a missing value": [["-n"], /'-n' requires an argument/],
    "a value too many": [["--parsable=1"], /'--parsable' doesn't allow/],
  };
  test.each(Object.entries(FAULTS))("%s is told", (_, [words, wanted]) => {
    expect(() => read(...words)).toThrow(wanted);
  });

  test("a fault of a script names its line", () => {
    const place = { kind: "line", line: 7, file: "x.sh" } as const;
    const fault = () => readOptions(SBATCH_OPTIONS, ["--nope"], place);
    expect(fault).toThrow(SlurmError);
    expect(fault).toThrow("x.sh, line 7: unrecognized option '--nope'");
  });

  test("no option is listed twice", () => {
    const names = SBATCH_OPTIONS.map(({ long }) => long);
    expect(names.filter((name, at) => names.indexOf(name) !== at)).toEqual([]);
    const letters = SBATCH_OPTIONS.flatMap(({ short }) => short ?? []);
    expect(new Set(letters).size).toBe(letters.length);
  });
});

describe("the lines of a script", () => {
  const script = [
    "#!/bin/bash",
    "#SBATCH -N 2",
    "# a comment",
    "##SBATCH -N 3",
    "",
    "#SBATCH --job-name='two words' # why",
    "echo",
    "#SBATCH -n 9",
  ].join("\n");

  test("are read up to the first command, with their numbers", () => {
    expect(directivesOf(script)).toEqual({
      found: [
        { line: 2, words: ["-N", "2"] },
        { line: 6, words: ["--job-name=two words"] },
      ],
      late: [8],
    });
  });

  const WORDS: Readonly<Record<string, string[]>> = {
    "-J a b": ["-J", "a", "b"],
    '-J "a b"': ["-J", "a b"],
    "-J a\\ b": ["-J", "a b"],
    '--comment="say \\"hi\\""': ['--comment=say "hi"'],
    "-o out#1": ["-o", "out#1"],
    "-o out #1": ["-o", "out"],
    "": [],
  };
  test.each(Object.entries(WORDS))("%s", (text, wanted) => {
    expect(wordsOf(text)).toEqual(wanted);
  });
});

describe("values", () => {
  const LIMITS: Readonly<Record<string, ReturnType<typeof limitOf>>> = {
    "90": 5400,
    "1:30": 90,
    "2:00:00": 7200,
    "1-0": 86_400,
    "1-12:30": 131_400,
    "2-0:0:1": 172_801,
    UNLIMITED: "none",
    soon: undefined,
  };
  test.each(Object.entries(LIMITS))("the time %s", (text, wanted) => {
    expect(limitOf(text)).toBe(wanted);
  });

  const SIZES: Readonly<Record<string, number | undefined>> = {
    "100": 100,
    "4G": 4096,
    "4gb": 4096,
    "1.5G": 1536,
    "1K": 1,
    "1T": 1024 ** 2,
    lots: undefined,
  };
  test.each(Object.entries(SIZES))("the size %s", (text, wanted) => {
    expect(mibOf(text)).toBe(wanted);
  });

  const ARRAYS: Readonly<Record<string, readonly number[] | undefined>> = {
    "1-4": [1, 2, 3, 4],
    "1-10%2": [1, 2, 3, 4, 5, 6, 7, 8, 9, 10],
    "0-9:3": [0, 3, 6, 9],
    "7,1,3-4,3": [1, 3, 4, 7],
    "[1-2]": [1, 2],
    "4-1": undefined,
    "1-": undefined,
    "a-b": undefined,
    "1-3%0": undefined,
  };
  test.each(Object.entries(ARRAYS))("the array %s", (text, wanted) => {
    expect(arrayOf(text)?.ids).toEqual(wanted);
  });

  test("an array says how many run at once, and is shown in ranges", () => {
    expect(arrayOf("1-10%2")).toMatchObject({ atOnce: 2, text: "1-10" });
    expect(rangesOf([1, 2, 3, 7, 9, 10])).toBe("1-3,7,9-10");
  });

  const DEPENDENCIES: Readonly<Record<string, unknown>> = {
    "afterok:1:2,afterany:3": [
      { kind: "after", when: "ok", job: 1 },
      { kind: "after", when: "ok", job: 2 },
      { kind: "after", when: "any", job: 3 },
    ],
    singleton: [{ kind: "singleton" }],
    "afternotok:4": [{ kind: "after", when: "notOk", job: 4 }],
  };
  test.each(Object.entries(DEPENDENCIES))("the dependency %s", (text, dependencies) => {
    expect(dependenciesOf(text)).toEqual({ kind: "read", dependencies });
  });

  const NONE: Readonly<Record<string, object>> = {
    "aftercorr:5": { kind: "unsupported", what: "aftercorr" },
    "after:1": { kind: "unsupported", what: "after" },
    "afterok:1?afterok:2": { kind: "unsupported", what: "`?` (any of several)" },
    "afterok:1_3": { kind: "unsupported", what: "1_3 (a single task)" },
    afterok: { kind: "invalid", what: "afterok" },
    "before:1": { kind: "invalid", what: "before:1" },
  };
  test.each(Object.entries(NONE))("no dependency: %s", (text, wanted) => {
    expect(dependenciesOf(text)).toEqual(wanted);
  });

  const FILES: Readonly<Record<string, string>> = {
    "slurm-%j.out": `'slurm-'"\${SLURM_JOB_ID}"'.out'`,
    "%A_%4a": `"\${SLURM_ARRAY_JOB_ID:-$SLURM_JOB_ID}"'_'$(printf %04d "\${SLURM_ARRAY_TASK_ID:-4294967294}")`,
    "100%%": `'100''%'`,
    "it's": `'it'\\''s'`,
    "\\%j": "'%j'",
  };
  test.each(Object.entries(FILES))("the file %s", (pattern, wanted) => {
    expect(shellWord(pattern)).toBe(wanted);
  });

  test("a field that nobody can fill in is found", () => {
    expect(unknownField("a-%j-%q")).toBe("%q");
    expect(unknownField("a-%5j-%x")).toBeUndefined();
  });

  test("a span of time is shown with days, and short where squeue has it so", () => {
    const seconds = [0, 59, 3600, 90_061];
    expect(seconds.map((n) => spanOf(n))).toEqual([
      "00:00:00",
      "00:00:59",
      "01:00:00",
      "1-01:01:01",
    ]);
    expect(seconds.map((n) => spanOf(n, true))).toEqual(["0:00", "0:59", "1:00:00", "1-01:01:01"]);
  });

  test("points in time are dates, times of today, and words", () => {
    const now = Date.parse("2026-05-04T10:20:30");
    const shown = (text: string) => {
      const at = pointOf(text, now);
      return at === undefined ? undefined : stampOf(at);
    };
    expect(shown("2026-03-01")).toBe("2026-03-01T00:00:00");
    expect(shown("2026-03-01T08:30")).toBe("2026-03-01T08:30:00");
    expect(shown("09:00")).toBe("2026-05-04T09:00:00");
    expect(shown("now-2hours")).toBe("2026-05-04T08:20:30");
    expect(shown("today")).toBe("2026-05-04T00:00:00");
    expect(shown("now-7days")).toBe("2026-04-27T10:20:30");
    expect(shown("030126")).toBe("2026-03-01T00:00:00");
    expect(shown("whenever")).toBeUndefined();
  });
});
