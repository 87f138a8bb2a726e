// The sidecar's image as it is built from its Dockerfile: it says what it lacks, and its agent runs in the image of another program.
import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";

const IMAGE = "docker.io/zoe/sidecar";
const podman = (...words: string[]) => spawnSync("podman", words, { encoding: "utf8" });
const isHere = podman("image", "exists", IMAGE).status === 0;

describe.skipIf(!isHere)(
  "the sidecar's image (needs podman, and test/containers/images.sh)",
  () => {
    const folder = mkdtempSync(join(tmpdir(), "zoe-image-"));
    afterAll(() => rmSync(folder, { recursive: true }));

    test("without its environment it names what is missing", () => {
      const { status, stdout } = podman("run", "--rm", IMAGE, "enter");
      expect(status).toBe(1);
      for (const name of ["ZOE_BUCKET", "ZOE_WORK_TABLE", "ECS_CONTAINER_METADATA_URI_V4"])
        expect(stdout).toContain(name);
    });

    test("it brings a static agent of gangs, which needs nothing of a program's image", () => {
      const copy = ["-v", `${folder}:/zoe`, "--entrypoint", "cp", IMAGE];
      expect(podman("run", "--rm", ...copy, "-r", "/zoe-sidecar/gang", "/zoe").status).toBe(0);
      cpSync(join(folder, "gang"), join(folder, "copied"), {
        recursive: true,
        verbatimSymlinks: true,
      });
      const base = ["-v", `${folder}/copied:/agent:ro`, "docker.io/library/debian:bookworm-slim"];
      const agent = (name: string) => podman("run", "--rm", ...base, `/agent/${name}`).stderr;
      expect(agent("zoe-gang")).toContain("Usage: zoe-gang node|rsh|srun");
      expect(agent("zoe-rsh")).toContain("Usage: zoe-rsh HOST COMMAND...");
    });
  },
);
