// What Lambda runs: each handler with all it imports in one small file, and the catalogue's descriptions beside it.
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Code } from "aws-cdk-lib/aws-lambda";
import { build, type Metafile, type Plugin } from "esbuild";
import { AWS_FUNCTIONS, type AwsFunction } from "#shared/aws-names.ts";

const ROOT = fileURLToPath(new URL("..", import.meta.url));

export const handlerPath = (name: AwsFunction) => `functions/aws/handlers/${name}.ts`;

/** Of a file as a module, packages that are written for `require` need one. */
const REQUIRE =
  'import { createRequire as zoeRequire } from "node:module"; const require = zoeRequire(import.meta.url);';

export interface Bundle {
  readonly name: AwsFunction;
  readonly folder: string;
  readonly bytes: number;
  /** Every file that is inside, from the root. */
  readonly inputs: readonly string[];
}

/** Writes each into a folder of its own below `target`: `NAME/index.mjs`. Throws with what is missing. */
export async function bundle(
  target: string,
  names: readonly AwsFunction[] = AWS_FUNCTIONS,
): Promise<readonly Bundle[]> {
  const missing = names.map(handlerPath).filter((path) => !existsSync(join(ROOT, path)));
  if (missing.length > 0)
    throw new Error(`Wanted a handler for each function; there is no ${missing.join(", ")}.`);
  return Promise.all(
    names.map(async (name) => {
      const metafile = await buildOne(name, join(target, name, "index.mjs"));
      copyCatalogue(join(target, name, "zapps"));
      const bytes = Object.values(metafile.outputs).reduce((sum, output) => sum + output.bytes, 0);
      return { name, folder: join(target, name), bytes, inputs: Object.keys(metafile.inputs) };
    }),
  );
}

/** The ways to sign in that a laptop has: Lambda puts credentials into the environment. */
const SIGN_IN =
  /^@(aws-sdk\/(credential-provider-(sso|ini|login|process|web-identity|http)|token-providers|nested-clients)|smithy\/credential-provider-imds)/;

/** What no function uses and would be half of each: the words of zod in 50 languages, ways to sign in, streams of events. */
const UNUSED: Plugin = {
  name: "unused",
  setup(of) {
    of.onLoad({ filter: /zod\/v4\/locales\/index\.js$/ }, () => ({
      contents: 'export { default as en } from "./en.js";',
    }));
    of.onResolve({ filter: SIGN_IN }, ({ path }) => ({ path, namespace: "unused" }));
    of.onResolve({ filter: /^@smithy\/core\/event-streams$/ }, ({ path }) => ({
      path,
      namespace: "streams",
    }));
    of.onLoad({ filter: /.*/, namespace: "unused" }, () => ({ contents: "module.exports = {};" }));
    of.onLoad({ filter: /.*/, namespace: "streams" }, () => ({
      contents:
        "export const EventStreamSerde = undefined, eventStreamSerdeProvider = undefined, resolveEventStreamSerdeConfig = (config) => config;",
    }));
  },
};

/** Keys of the SDK's schemas that are computed of constants, as what they are: esbuild leaves out what is not used only of literals. */
const LITERAL_KEYS: Plugin = {
  name: "literal-keys",
  setup(of) {
    of.onLoad(
      { filter: /@aws-sdk\/client-[\w-]+\/dist-es\/schemas\/schemas_0\.js$/ },
      ({ path }) => {
        const text = readFileSync(path, "utf8");
        const constants = new Map(
          [...text.matchAll(/^const (_\w+) = (".*");$/gm)].map(([, name, value]) => [name, value]),
        );
        const contents = text.replace(/\[(_\w+)\]:/g, (key, name: string) => {
          const value = constants.get(name);
          return value === undefined ? key : `${value}:`;
        });
        return { contents };
      },
    );
  },
};

async function buildOne(name: AwsFunction, outfile: string): Promise<Metafile> {
  const { metafile } = await build({
    absWorkingDir: ROOT,
    entryPoints: [handlerPath(name)],
    outfile,
    bundle: true,
    minify: true,
    format: "esm",
    platform: "node",
    target: "node24",
    // The packages' own modules, of which what is not used is left out.
    mainFields: ["module", "main"],
    plugins: [UNUSED, LITERAL_KEYS],
    banner: { js: REQUIRE },
    legalComments: "none",
    charset: "utf8",
    metafile: true,
    logLevel: "error",
  });
  return metafile;
}

function copyCatalogue(target: string): void {
  const zapps = join(ROOT, "zapps");
  for (const name of readdirSync(zapps)) {
    for (const file of ["zapp.yaml", "README.md"]) {
      const source = join(zapps, name, file);
      if (existsSync(join(zapps, name, "zapp.yaml")) && existsSync(source))
        cpSync(source, join(target, name, file));
    }
  }
  const frameworks = join(zapps, "frameworks");
  for (const name of readdirSync(frameworks))
    cpSync(
      join(frameworks, name, "framework.yaml"),
      join(target, "frameworks", name, "framework.yaml"),
    );
}

/** Code for the stack's functions. The stack copies it while it is made: `remove` afterwards. */
export async function bundledCode(): Promise<{
  readonly code: (name: AwsFunction) => Code;
  readonly remove: () => void;
}> {
  const target = mkdtempSync(join(tmpdir(), "zoe-bundles-"));
  await bundle(target);
  return {
    code: (name) => Code.fromAsset(join(target, name)),
    remove: () => rmSync(target, { recursive: true, force: true }),
  };
}
