// The contract of gangs over real containers, and `srun` in an image that knows nothing of MPI.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { gangAgent } from "#local/gang-agent.ts";
import { BASE_IMAGE, openContainerBody, runtimesHere } from "#test/local/container-body.ts";
import { gangOf } from "#test/local/gang-requests.ts";
import { CAPACITY } from "#test/local/process-body.ts";
import { type GangBody, gangContract } from "./gangs.ts";
import { commandFor } from "./plays.ts";

const folder = mkdtempSync(join(tmpdir(), "zoe-gang-"));
const agent = gangAgent(folder);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const runtimes = await runtimesHere();
if (runtimes.length === 0) test.skip("no container runtime answers here", () => {});

function open(dockerHost: string) {
  return openContainerBody({
    ...{ dockerHost, gangAgent: () => agent },
    secrets: async (_, names) => Object.fromEntries(names.map((name) => [name, "s3cret"])),
  });
}

for (const { name, dockerHost, runtime } of runtimes) {
  const openGangs = async (): Promise<GangBody> => {
    const body = await open(dockerHost);
    return {
      ...body,
      gang: (play, nodes, bend) => gangOf(commandFor(play), nodes, bend, { image: BASE_IMAGE }),
      lose: async ({ service, index, generation }) => {
        const all = await runtime.docker.listContainers();
        const end = `${service}-${index}.${generation}`;
        const node = all.find(({ Names }) => Names.some((one) => one.endsWith(end)));
        await runtime.docker.getContainer(node?.Id ?? "").kill();
      },
    };
  };
  gangContract(`container, ${name}`, openGangs, { cpu: CAPACITY.cpu, isEntered: true });

  test(`${name}: srun runs hostname on every node of an image without MPI`, async () => {
    const body = await open(dockerHost);
    try {
      const script = {
        kind: "shell",
        text: "srun -n 16 hostname > names && test $(wc -l < names) = 16 && test $(sort -u names | wc -l) = 4",
      } as const;
      const nodes = gangOf(script, 4, {}, { image: BASE_IMAGE });
      await body.backend.launch(nodes);
      expect(await body.events.outcome(nodes[0]!)).toEqual({ kind: "succeeded" });
    } finally {
      await body.close();
    }
  });
}
