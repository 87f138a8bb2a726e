// Who may do what: the rules of roles and scopes, asked by the API and by the administrative steps.
import { VisibleError } from "#shared/fault.ts";
import { type Principal, ROLES, type Role, SCOPES, type Scope } from "#shared/principal.ts";

export function hasRole(principal: Principal, role: Role): boolean {
  return ROLES.indexOf(principal.role) >= ROLES.indexOf(role);
}

export function hasScope(principal: Principal, scope: Scope): boolean {
  return SCOPES.indexOf(principal.scope) >= SCOPES.indexOf(scope);
}

export function demandRole(principal: Principal, role: Role): void {
  if (hasRole(principal, role)) return;
  throw new VisibleError(
    "forbidden",
    `This is for the role ${role}; you are ${principal.user} of ${principal.tenant}, with the role ${principal.role}.`,
  );
}

export function demandScope(principal: Principal, scope: Scope): void {
  if (hasScope(principal, scope)) return;
  throw new VisibleError(
    "forbidden",
    `This wants a token of scope ${scope}; yours has the scope ${principal.scope}. Make one with \`zoe token create --scope ${scope}\`.`,
  );
}

/** Users see their own, operators everything of their tenant, administrators everything. */
export function maySee(
  principal: Principal,
  owner: { readonly tenant: string; readonly user: string },
): boolean {
  if (principal.role === "administrator") return true;
  if (principal.tenant !== owner.tenant) return false;
  return principal.role === "operator" || principal.user === owner.user;
}

/** The tenant that is asked about: one's own, or any for an administrator. For all others another tenant does not exist. */
export function tenantFor(principal: Principal, asked?: string): string {
  if (asked === undefined || asked === principal.tenant) return principal.tenant;
  if (principal.role === "administrator") return asked;
  throw new VisibleError("notFound", `There is no tenant "${asked}".`);
}
