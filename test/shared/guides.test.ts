import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { parseYaml } from "#functions/api/yaml.ts";
import { capabilitiesOf } from "#local/backends/process/capabilities.ts";
import { unsupportedBy } from "#shared/unsupported.ts";
import { readZapp } from "#shared/zapp/read.ts";
import { validateZapp } from "#shared/zapp/validate.ts";

const folder = "docs/guides/zapps/";
const setting = {
  execution: { id: "exe_1", name: "try" },
  user: { name: "ada" },
  tenant: { name: "lab" },
};

const engine = capabilitiesOf({ kind: "sampler", reason: "it is set so" });

const guides: Record<string, { given: object; refused: string[] }> = {
  "two-level-classifier": { given: {}, refused: [] },
  "mpi-srun": { given: {}, refused: ["/services/0/framework"] },
  macros: {
    given: { "cross-sections": "g4data" },
    refused: ["/services/0/program", "/services/0/volumes"],
  },
  "notebook-spark": {
    given: {},
    refused: [
      "/idle",
      "/services/0/run",
      "/services/0/program",
      "/services/0/health",
      "/services/0/ports",
      "/services/1/run",
      "/services/1/program",
      "/services/1/command",
      "/services/2/run",
      "/services/2/program",
      "/services/2/environment",
      "/services/2/volumes",
      "/services/2/health",
      "/services/2/ports",
    ],
  },
  reconstruction: {
    given: { scan: "head-17", "archive-key": "abc" },
    refused: [
      "/costModel",
      "/services/0/program",
      "/services/0/checkpoint",
      "/services/0/resources/gpu",
      "/services/0/nodes",
    ],
  },
};

test("every zapp of the guides is tried here", () => {
  const files = readdirSync(folder).map((file) => file.replace(".yaml", ""));
  expect(files.toSorted()).toEqual(Object.keys(guides).toSorted());
});

for (const [name, { given, refused }] of Object.entries(guides)) {
  const document = parseYaml(readFileSync(`${folder}${name}.yaml`, "utf8")).value;

  test(`${name} validates without a warning`, () => {
    const { faults, warnings } = validateZapp(document);
    expect({ faults, warnings }).toEqual({ faults: [], warnings: [] });
  });

  test(`${name} expands, and the process engine refuses by field what it can't run`, () => {
    const { zapp, faults } = readZapp(document, { ...setting, parameters: given });
    expect(faults).toEqual([]);
    const pointers = zapp && unsupportedBy(zapp, engine, document).map(({ pointer }) => pointer);
    expect(pointers).toEqual(refused);
  });
}
