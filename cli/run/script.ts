// A script and the files it runs over, as a submission that needs no YAML: uploads, a description made for it, and a sweep over the files.
import { basename } from "node:path";
import type { Session } from "#cli/cli.ts";
import type { WrittenSubmission } from "#shared/submission.ts";
import { filesThatFit, namesOf } from "./glob.ts";
import { interpreterOf } from "./interpreter.ts";
import { countOf, numberOf } from "./options.ts";
import { literal, pointsOf } from "./points.ts";
import { uploadAll } from "./upload.ts";

export interface ScriptOptions {
  readonly each?: readonly string[];
  readonly atOnce?: string;
  readonly cpu?: string;
  readonly memory?: string;
  readonly with?: readonly string[];
  readonly interpreter?: string;
}

const USUAL = { cpu: 1, memory: "1GiB" } as const;

export async function scriptRun(
  session: Session,
  script: string,
  args: readonly string[],
  options: ScriptOptions,
): Promise<WrittenSubmission> {
  const { environment } = session.cli;
  const words = interpreterOf(script, {
    isHere: isLoopback(session.server.address),
    path: environment.PATH,
    virtualEnv: environment.VIRTUAL_ENV,
    asked: options.interpreter,
  });
  const beside = [script, ...(options.with ?? []).flatMap((pattern) => filesThatFit([pattern]))];
  const files = options.each === undefined ? [] : filesThatFit(options.each);
  const uploads = await uploadAll(session, [...new Set([...beside, ...files])]);
  const inputs = beside.map((file) => ({
    from: uploads.get(file) ?? "",
    to: literal(basename(file)),
  }));
  const run = { script, words, args, inputs, options };
  return files.length === 0
    ? { description: describe(run, { run: "once" }, []) }
    : overFiles(
        run,
        files,
        files.map((file) => uploads.get(file) ?? ""),
      );
}

interface ScriptRun {
  readonly script: string;
  readonly words: readonly string[];
  readonly args: readonly string[];
  readonly inputs: readonly { readonly from: string; readonly to: string }[];
  readonly options: ScriptOptions;
}

/** The parameter, as a template of the description. */
const FILES = `\${files}`;

function overFiles(
  run: ScriptRun,
  files: readonly string[],
  ids: readonly string[],
): WrittenSubmission {
  const { points, name, upload } = pointsOf(namesOf(files), ids);
  const { atOnce } = run.options;
  const service = {
    run: "array",
    sweep: FILES,
    label: name,
    ...(atOnce !== undefined && { atOnce: countOf(atOnce, "--at-once") }),
  };
  const to = `inputs/${name}`;
  const inputs = [...run.inputs, { from: upload, to }];
  const description = {
    parameters: { files: { type: "array", items: "object" } },
    ...describe({ ...run, inputs }, service, [name, to]),
  };
  return { description, parameters: { files: points } };
}

/** `words`: the name under which stdout is kept, and the argument; both may be templates. */
function describe(
  { script, words, args, inputs, options }: ScriptRun,
  service: object,
  [name, argument]: readonly string[],
) {
  const called = nameOf(script);
  const program = [...words, basename(script)].map(literal);
  const given = argument === undefined ? [] : [argument];
  const kept = name ?? literal(basename(script).replace(/\.[^.]*$/, ""));
  return {
    version: 4,
    name: called,
    title: `${basename(script)} over files`,
    services: [
      {
        ...{ name: "each", ...service, program: "." },
        command: [
          "/bin/sh",
          "-c",
          literal(WRAPPER),
          "each",
          kept,
          ...program,
          ...given,
          ...args.map(literal),
        ],
        inputs,
        outputs: [{ path: "out/**" }],
        resources: {
          cpu: options.cpu === undefined ? USUAL.cpu : numberOf(options.cpu, "--cpu"),
          memory: options.memory ?? USUAL.memory,
        },
      },
    ],
  };
}

/** Keeps stdout as a file beside what the program leaves, shows its end in the log, and ends as the program did. */
const WRAPPER = `kept=out/$(printf %s "$1" | tr / _).out
shift
mkdir -p out
"$@" >"$kept"
code=$?
tail -c 65536 "$kept"
find "$ZOE_OUTPUT_DIR" -mindepth 1 -maxdepth 1 -exec mv {} out/ \\;
exit $code
`;

function nameOf(script: string): string {
  const plain = basename(script)
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^[^a-z]+|-+$/g, "");
  return `run-${plain || "script"}`.slice(0, 60).replace(/-+$/, "");
}

function isLoopback(address: string): boolean {
  return /^(127\.|localhost$|\[::1\]$)/.test(new URL(address).hostname);
}
