// Called by api when a tenant is made or a zapp installed for it: makes the role of its programs, or removes it.
import type { IAMClient } from "@aws-sdk/client-iam";
import type { Hosted } from "#functions/aws/hosted.ts";
import { rolePlace } from "#functions/aws/role-rights.ts";
import { prepareRole, type RolesRequest, removeRole } from "#functions/aws/roles.ts";

export function calledRoles({ env, region, world }: Hosted, iam: IAMClient) {
  const parts = { iam, store: world.store, now: world.now, place: rolePlace(env, region) };
  return async (request: RolesRequest): Promise<void> => {
    if (request.kind === "prepare") await prepareRole(parts, request.owner, request.declared);
    else await removeRole(parts, request.owner);
  };
}
