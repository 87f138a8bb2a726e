// Who asks: a user of a tenant, with a role, through a token of some scope.

/** user: own executions. operator: everything of the tenant. administrator: tenants, users, quotas, all. */
export const ROLES = ["user", "operator", "administrator"] as const;
export type Role = (typeof ROLES)[number];

/** read: GET only. submit: read and run. admin: all that the role may. */
export const SCOPES = ["read", "submit", "admin"] as const;
export type Scope = (typeof SCOPES)[number];

export interface Principal {
  readonly tenant: string;
  readonly user: string;
  readonly role: Role;
  readonly scope: Scope;
}
