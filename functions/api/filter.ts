// Whose executions a filter may reach: users their own, operators their tenant's, administrators any.

import { hasRole, tenantFor } from "#functions/permissions.ts";
import type { ExecutionFilter } from "#functions/view.ts";
import { labelsOf } from "#shared/api/filter.ts";
import type { ExecutionState } from "#shared/execution.ts";
import { VisibleError } from "#shared/fault.ts";
import type { Principal } from "#shared/principal.ts";

interface Wanted {
  readonly tenant?: string;
  readonly user?: string;
  readonly state?: ExecutionState;
  readonly zapp?: string;
  readonly name?: string;
  readonly number?: number;
}

export function filterFor(
  principal: Principal,
  { tenant, user, state, zapp, name, number }: Wanted,
  labels?: readonly string[],
): ExecutionFilter {
  const isOpen = hasRole(principal, "operator");
  if (user !== undefined && user !== principal.user && !isOpen)
    throw new VisibleError("notFound", `There is no user "${user}" whose executions you may see.`);
  const whose = isOpen ? user : principal.user;
  return {
    tenant: tenantFor(principal, tenant),
    labels: labelsOf(labels),
    ...(whose !== undefined && { user: whose }),
    ...(state && { state }),
    ...(zapp !== undefined && { zapp }),
    ...(name !== undefined && { name }),
    ...(number !== undefined && { number }),
  };
}
