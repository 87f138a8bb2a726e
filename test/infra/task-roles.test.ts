// After a deployment every tenant has the roles of the catalogue and of what she has installed.
import { expect, test } from "vitest";
import type { RolesRequest } from "#functions/aws/roles.ts";
import { putTenant } from "#functions/tenants.ts";
import { prepareAll } from "#infra/account/task-roles.ts";
import { AD_HOC } from "#shared/aws-names.ts";
import { aWorld } from "#test/builders.ts";

test("the function that makes roles is asked for each tenant and zapp, with what it declares", async () => {
  const { world } = aWorld();
  const root = { tenant: "physics", user: "ada", role: "administrator", scope: "admin" } as const;
  for (const name of ["physics", "ward"]) await putTenant(world, root, { name });
  const document = {
    version: 4,
    name: "own",
    services: [
      { name: "main", run: "once", image: "x", needs: [{ bucket: "scans", access: "write" }] },
    ],
  };
  await world.store.batchPut([{ pk: "zapps#ward", sk: "own", value: { document } as never }]);
  const asked: RolesRequest[] = [];
  const count = await prepareAll(world.store, async (request) => void asked.push(request));
  expect(count).toBeGreaterThanOrEqual(2);
  const of = (tenant: string) =>
    asked.flatMap((one) => (one.owner.tenant === tenant ? [one.owner.zapp] : []));
  expect(of("physics")).toContain(AD_HOC);
  expect(of("physics")).toContain("document-classifier");
  expect(of("physics")).not.toContain("own");
  expect(asked).toContainEqual({
    kind: "prepare",
    owner: { tenant: "ward", zapp: "own" },
    declared: { hasQueues: false, needs: [{ kind: "bucket", bucket: "scans", access: "write" }] },
  });
});
