// Tenants, users, tokens, secrets, quotas, usage and backups, as routes of the API.
import type { Http } from "#cli/http.ts";
import type {
  TenantAnswer,
  TokenAnswer,
  TokenMade,
  TokenRequest,
  UserAnswer,
} from "#shared/api/account.ts";
import type { QuotaAnswer, QuotaRequest, UsageAnswer } from "#shared/api/usage.ts";
import { everyItem } from "./pages.ts";

const at = encodeURIComponent;

export function accountCalls(http: Http) {
  const call = (method: "PUT" | "DELETE", path: string, rest: object = {}) =>
    http.json<undefined>({ method, path, ...rest });
  return {
    tenants: () => everyItem<TenantAnswer>(http, { path: "/v1/tenants" }),
    putTenant: (name: string, title?: string) =>
      http.json<TenantAnswer>({ method: "PUT", path: `/v1/tenants/${at(name)}`, body: { title } }),
    deleteTenant: (name: string) => call("DELETE", `/v1/tenants/${at(name)}`),

    users: (tenant?: string) =>
      everyItem<UserAnswer>(http, { path: "/v1/users", query: { tenant } }),
    putUser: (name: string, role: string, tenant?: string) =>
      http.json<UserAnswer>({
        ...{ method: "PUT", path: `/v1/users/${at(name)}` },
        ...{ query: { tenant }, body: { role } },
      }),
    deleteUser: (name: string, tenant?: string) =>
      call("DELETE", `/v1/users/${at(name)}`, { query: { tenant } }),

    tokens: (tenant?: string) =>
      everyItem<TokenAnswer>(http, { path: "/v1/tokens", query: { tenant } }),
    makeToken: (request: TokenRequest) =>
      http.json<TokenMade>({ method: "POST", path: "/v1/tokens", body: request }),
    revokeToken: (id: string, tenant?: string) =>
      call("DELETE", `/v1/tokens/${at(id)}`, { query: { tenant } }),

    secrets: () => http.json<{ readonly names: readonly string[] }>({ path: "/v1/secrets" }),
    putSecret: (name: string, value: string) =>
      call("PUT", `/v1/secrets/${at(name)}`, { body: { value } }),
    deleteSecret: (name: string) => call("DELETE", `/v1/secrets/${at(name)}`),

    quota: (query: { tenant?: string; user?: string }) =>
      http.json<QuotaAnswer>({ path: "/v1/quota", query }),
    putQuota: (query: { tenant?: string; user?: string }, quota: QuotaRequest) =>
      http.json<QuotaAnswer>({ method: "PUT", path: "/v1/quota", query, body: quota }),
    usage: (query: { from?: string; to?: string; user?: string; tenant?: string }) =>
      http.json<UsageAnswer>({ path: "/v1/usage", query }),
    backup: () =>
      http.json<{ readonly path: string; readonly bytes: number }>({
        ...{ method: "POST", path: "/v1/backup", timeoutSeconds: 600 },
      }),
  };
}
