// Secrets by name: written, listed by name, given to programs at their start; never shown.
import * as z from "zod";
import { jsonBody } from "#functions/api/body.ts";
import { route } from "#functions/api/route.ts";
import { SecretChange, SecretNames } from "#shared/api/account.ts";
import { SecretName } from "#shared/api/name.ts";

const group = "Secrets";
const params = z.object({ name: SecretName });

export const secretRoutes = [
  route({
    method: "get",
    path: "/v1/secrets",
    group,
    summary: "Names of your tenant's secrets",
    access: "read",
    answer: { status: 200, text: "The names; values are never shown", schema: SecretNames },
    handle: async ({ api, principal }) => ({
      names: await api.world.secrets.names(principal.tenant),
    }),
  }),
  route({
    method: "put",
    path: "/v1/secrets/{name}",
    group,
    summary: "Set a secret",
    access: "admin",
    role: "operator",
    params,
    body: jsonBody(SecretChange, { examples: { key: { value: "a long random text" } } }),
    answer: { status: 204, text: "It is set, for instances that start from now on" },
    handle: ({ api, principal, params, body }) =>
      api.world.secrets.put(principal.tenant, params.name, body.value).then(() => undefined),
  }),
  route({
    method: "delete",
    path: "/v1/secrets/{name}",
    group,
    summary: "Delete a secret",
    access: "admin",
    role: "operator",
    params,
    answer: { status: 204, text: "It is gone" },
    handle: ({ api, principal, params }) =>
      api.world.secrets.delete(principal.tenant, params.name).then(() => undefined),
  }),
];
