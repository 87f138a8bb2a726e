// The role that the containers of a zapp and tenant have: made by `roles` when the zapp is installed, never while something is launched.
import type { LaunchRequest } from "#functions/backend.ts";

export type RoleReply =
  /** `isYoung`: made so lately that AWS may not know it everywhere yet. */
  | { readonly kind: "ready"; readonly arn: string; readonly isYoung: boolean }
  | { readonly kind: "preparing" };

export interface TaskRoles {
  roleOf(request: LaunchRequest): Promise<RoleReply>;
}

/** Definitions by their content. `later`: it is being registered, or AWS asks to wait. */
export type DefinitionReply =
  | { readonly kind: "ready"; readonly arn: string }
  | { readonly kind: "later"; readonly reason: string }
  | { readonly kind: "refused"; readonly reason: string };

/** Registers a definition once, whoever asks: `name` is a hash of its content. */
export interface Definitions<Input> {
  arnOf(name: string, input: Input): Promise<DefinitionReply>;
}
