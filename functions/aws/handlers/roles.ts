// Called by api when a tenant is made or a zapp installed for it: makes the role of its programs, or removes it.
import { IAMClient } from "@aws-sdk/client-iam";
import { hosted } from "#functions/aws/hosted.ts";
import { rolePlace } from "#functions/aws/role-rights.ts";
import { prepareRole, type RolesRequest, removeRole } from "#functions/aws/roles.ts";

const { env, region, world } = await hosted("roles");
const parts = {
  ...{ iam: new IAMClient(), store: world.store, now: world.now },
  place: rolePlace(env, region),
};

export async function handler(request: RolesRequest): Promise<void> {
  if (request.kind === "prepare") await prepareRole(parts, request.owner, request.declared);
  else await removeRole(parts, request.owner);
}
