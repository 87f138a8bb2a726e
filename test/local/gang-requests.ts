// The nodes of a gang as an engine of this machine is asked for them, in tests.
import type { LaunchRequest } from "#functions/backend.ts";
import { gangRequest } from "#functions/gang-request.ts";
import type { Command, GangService } from "#shared/zapp.ts";
import type { GangBend } from "#test/contract/gangs.ts";
import { aRequest } from "./process-body.ts";

export function gangOf(
  command: Command,
  nodes: number,
  { generation = 1, cpu = 0.05 }: GangBend = {},
  bend: Partial<GangService> = {},
): readonly LaunchRequest[] {
  return Array.from({ length: nodes }, (_, index) => {
    const request = aRequest(command, { instance: { index, generation, service: "ranks" } });
    const service = {
      ...request.service,
      ...{ name: "ranks", run: "gang", nodes, count: nodes, ranks: { perNode: 1 } },
      ...{ startWithinSeconds: 20, onLostNode: "restart" },
      resources: { cpu, memoryMib: 64, gpu: 0 },
      ...bend,
    } as GangService;
    return { ...request, service, gang: gangRequest(service, request.instance) };
  });
}
