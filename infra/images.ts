// The images that a stack brings along: the sidecar and the catalogue's, built where `deploy` runs and pushed to the account's repository.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { DockerImageAsset, Platform } from "aws-cdk-lib/aws-ecr-assets";
import { Construct } from "constructs";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const ZAPPS = "zapps";

export class Images extends Construct {
  /** Empty until there is one. */
  readonly sidecar: string;
  /** What descriptions call them (`zoe/hello`), to repository and tag. */
  readonly catalogue: Readonly<Record<string, string>>;

  constructor(scope: Construct, id: string) {
    super(scope, id);
    const sidecar = "sidecar/Dockerfile";
    this.sidecar = existsSync(join(ROOT, sidecar))
      ? this.built("sidecar", ".", sidecar, sidecarOutside())
      : "";
    this.catalogue = Object.fromEntries(
      catalogueImages().map(({ name, dockerfile, outside }) => [
        `zoe/${name}`,
        this.built(name, ZAPPS, dockerfile, outside),
      ]),
    );
  }

  private built(id: string, directory: string, file: string, exclude: readonly string[]): string {
    return new DockerImageAsset(this, id, {
      directory: join(ROOT, directory),
      file,
      exclude: [...exclude],
      // The shapes of ecs and of the hosts are x86: GPUs and EFA are.
      platform: Platform.LINUX_AMD64,
    }).imageUri;
  }
}

export interface CatalogueImage {
  readonly name: string;
  /** Inside zapps/, which is what its build sees. */
  readonly dockerfile: string;
  /** Folders of zapps/ that it copies nothing from: a change there makes no new image. */
  readonly outside: readonly string[];
}

export function catalogueImages(): readonly CatalogueImage[] {
  const folders = foldersOf(ZAPPS);
  return [...folders, ...foldersOf(join(ZAPPS, "frameworks")).map((name) => `frameworks/${name}`)]
    .filter((folder) => existsSync(join(ROOT, ZAPPS, folder, "Dockerfile")))
    .map((folder) => {
      const dockerfile = `${folder}/Dockerfile`;
      const copied = copiedBy(readFileSync(join(ROOT, ZAPPS, dockerfile), "utf8"));
      const isOutside = (name: string) =>
        name !== folder.split("/")[0] && !copied.some((path) => path.split("/")[0] === name);
      return {
        name: folder.split("/").at(-1) ?? folder,
        dockerfile,
        outside: folders.filter(isOutside),
      };
    });
}

/** Those that others of the catalogue begin with: they must be there, under their own names, when the others are built. */
export function baseImages(): readonly CatalogueImage[] {
  const images = catalogueImages();
  const texts = images.map(({ dockerfile }) => readFileSync(join(ROOT, ZAPPS, dockerfile), "utf8"));
  return images.filter(({ name }) =>
    texts.some((text) => new RegExp(`^FROM zoe/${name}\\b`, "m").test(text)),
  );
}

/** The words after `docker` that build it. */
export function buildWords({ name, dockerfile }: CatalogueImage): readonly string[] {
  const of = ["--platform", "linux/amd64", "-f", join(ROOT, ZAPPS, dockerfile)];
  return ["build", ...of, "-t", `zoe/${name}`, join(ROOT, ZAPPS)];
}

/** What stands in its COPY and ADD lines: sources, options left out, and the target, which does no harm here. */
function copiedBy(dockerfile: string): readonly string[] {
  return dockerfile
    .split("\n")
    .filter((line) => /^(COPY|ADD) /.test(line) && !line.includes("--from="))
    .flatMap((line) => line.split(/\s+/).slice(1))
    .filter((word) => !word.startsWith("--"));
}

function foldersOf(path: string): readonly string[] {
  const folder = join(ROOT, path);
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
    .sort();
}

/** The sidecar is built from the root, of which it needs four folders. */
function sidecarOutside(): readonly string[] {
  return ["*", "!sidecar", "!shared", "!functions", "!package.json", "!package-lock.json"];
}
