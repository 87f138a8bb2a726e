// Tenants: the projects and hospitals that own users, executions and quotas.
import * as z from "zod";
import { jsonBody } from "#functions/api/body.ts";
import { paged } from "#functions/api/paged.ts";
import { route } from "#functions/api/route.ts";
import { deleteTenant, listTenants, putTenant, readTenant } from "#functions/tenants.ts";
import { TenantAnswer, TenantChange, TenantPage } from "#shared/api/account.ts";
import { TenantName } from "#shared/api/name.ts";
import { paging } from "#shared/api/page.ts";
import { strict } from "#shared/zapp/strict.ts";

const group = "Tenants";
const params = z.object({ name: TenantName });

export const tenantRoutes = [
  route({
    method: "get",
    path: "/v1/tenants",
    group,
    summary: "Tenants, by name",
    text: "Administrators see all of them, others their own.",
    access: "read",
    query: strict("the query", paging(1000)),
    answer: { status: 200, text: "A page of tenants", schema: TenantPage },
    handle: ({ api, principal, query }) =>
      paged(api, principal, "tenants", query, (page) => listTenants(api.world, principal, page)),
  }),
  route({
    method: "get",
    path: "/v1/tenants/{name}",
    group,
    summary: "A tenant",
    access: "read",
    params,
    answer: { status: 200, text: "The tenant", schema: TenantAnswer },
    handle: ({ api, principal, params }) => readTenant(api.world, principal, params.name),
  }),
  route({
    method: "put",
    path: "/v1/tenants/{name}",
    group,
    summary: "Make a tenant, or change its title",
    access: "admin",
    role: "administrator",
    params,
    body: jsonBody(TenantChange, { examples: { hospital: { title: "Hospital of Trento" } } }),
    answer: { status: 200, text: "The tenant as it now is", schema: TenantAnswer },
    handle: ({ api, principal, params, body }) =>
      putTenant(api.world, principal, { ...params, ...body }),
  }),
  route({
    method: "delete",
    path: "/v1/tenants/{name}",
    group,
    summary: "Delete a tenant without users",
    access: "admin",
    role: "administrator",
    params,
    answer: { status: 204, text: "The tenant is gone" },
    refuses: ["conflict"],
    async handle({ api, principal, params }) {
      await deleteTenant(api.world, principal, params.name);
      api.principals.forget();
    },
  }),
];
