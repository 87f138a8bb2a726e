// Asks for the task roles of a tenant: by the function that alone may make them.
import type { BuiltInZapp, Rights } from "#functions/world.ts";
import { AD_HOC } from "#shared/aws-names.ts";
import { validateZapp } from "#shared/zapp/validate.ts";
import type { WrittenZapp } from "#shared/zapp/written.ts";
import type { Declared } from "./role-rights.ts";
import type { RolesRequest } from "./roles.ts";

/** Whatever they describe, descriptions of one's own have queues at most. */
const OWN: Declared = { hasQueues: true, needs: [] };

export function askedRights(
  ask: (request: RolesRequest) => Promise<unknown>,
  builtIn: ReadonlyMap<string, BuiltInZapp>,
): Rights {
  const prepare = async (tenant: string, zapp: string, declared: Declared) => {
    await ask({ kind: "prepare", owner: { tenant, zapp }, declared });
  };
  return {
    async prepareTenant(tenant) {
      await prepare(tenant, AD_HOC, OWN);
      // One after the other: an account of ten invocations at once has others to serve.
      for (const { name, document } of builtIn.values())
        await prepare(tenant, name, declaredIn(validateZapp(document).zapp));
    },
    prepareZapp: (tenant, zapp) => prepare(tenant, zapp.name, declaredIn(zapp)),
  };
}

/** As written: what depends on a parameter is no right. */
export function declaredIn(zapp: WrittenZapp | undefined): Declared {
  if (zapp === undefined) return { hasQueues: false, needs: [] };
  const { queues = {}, services = [], defaults, uses = {} } = zapp;
  const hasQueues = Object.keys(queues).length + Object.keys(uses).length > 0;
  const written = [...services, ...(defaults ? [defaults] : [])].flatMap(({ needs = [] }) => needs);
  const needs = written.flatMap(({ bucket, access }): Declared["needs"] => {
    // Towards Zoe's own API a need is a token, no right of a role.
    if (bucket === undefined || bucket.includes("${")) return [];
    return [{ kind: "bucket", bucket, access: access === "write" ? "write" : "read" }];
  });
  return { hasQueues, needs };
}
