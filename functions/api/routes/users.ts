// Users of a tenant and their roles.
import * as z from "zod";
import { jsonBody } from "#functions/api/body.ts";
import { paged } from "#functions/api/paged.ts";
import { route } from "#functions/api/route.ts";
import { deleteUser, listUsers, putUser, readUser } from "#functions/tenants.ts";
import { UserAnswer, UserChange, UserPage } from "#shared/api/account.ts";
import { TenantName, UserName } from "#shared/api/name.ts";
import { paging } from "#shared/api/page.ts";
import { strict } from "#shared/zapp/strict.ts";

const group = "Users";
const tenant = TenantName.optional().describe(
  "Only administrators may name another than their own",
);
const params = z.object({ name: UserName });

export const userRoutes = [
  route({
    method: "get",
    path: "/v1/users",
    group,
    summary: "Users, by name",
    access: "read",
    role: "operator",
    query: strict("the query", { ...paging(1000), tenant }),
    refuses: ["notFound"],
    answer: { status: 200, text: "A page of users", schema: UserPage },
    handle: ({ api, principal, query }) =>
      paged(api, principal, "users", query, (page) =>
        listUsers(api.world, principal, { ...page, tenant: query.tenant }),
      ),
  }),
  route({
    method: "get",
    path: "/v1/users/{name}",
    group,
    summary: "A user",
    access: "read",
    params,
    query: strict("the query", { tenant }),
    answer: { status: 200, text: "The user", schema: UserAnswer },
    handle: ({ api, principal, params, query }) =>
      readUser(api.world, principal, { ...params, ...query }),
  }),
  route({
    method: "put",
    path: "/v1/users/{name}",
    group,
    summary: "Make a user, or change the role",
    access: "admin",
    role: "administrator",
    params,
    query: strict("the query", { tenant }),
    body: jsonBody(UserChange, { examples: { researcher: { role: "user" } } }),
    answer: { status: 200, text: "The user as it now is", schema: UserAnswer },
    refuses: ["conflict"],
    async handle({ api, principal, params, query, body }) {
      const user = await putUser(api.world, principal, { ...params, ...query, ...body });
      api.principals.forget();
      return user;
    },
  }),
  route({
    method: "delete",
    path: "/v1/users/{name}",
    group,
    summary: "Delete a user",
    text: "Her tokens open nothing any more. Her executions go on, and stay with the tenant.",
    access: "admin",
    role: "administrator",
    params,
    query: strict("the query", { tenant }),
    answer: { status: 204, text: "The user is gone" },
    refuses: ["conflict"],
    async handle({ api, principal, params, query }) {
      await deleteUser(api.world, principal, { ...params, ...query });
      api.principals.forget();
    },
  }),
];
