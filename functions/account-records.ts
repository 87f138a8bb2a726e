// Where tenants, users and tokens lie in the store. The steps over them: tenants.ts, users.ts, tokens.ts.
import type { Role, Scope } from "#shared/principal.ts";
import { asJson } from "./records.ts";
import type { Item, Key, NewItem } from "./store.ts";

export interface Tenant {
  readonly name: string;
  readonly title?: string;
  readonly createdAt: number;
}

export interface User {
  readonly tenant: string;
  readonly name: string;
  readonly role: Role;
  readonly createdAt: number;
}

/** The secret itself is nowhere: only its hash is kept. */
export interface Token {
  readonly id: string;
  readonly tenant: string;
  readonly user: string;
  readonly name?: string;
  readonly scope: Scope;
  readonly hash: string;
  readonly createdAt: number;
  readonly expiresAt?: number;
  readonly lastUsedAt?: number;
}

export const accountKeys = {
  tenant: (name: string): Key => ({ pk: "tenants", sk: name }),
  user: (tenant: string, name: string): Key => ({ pk: `users#${tenant}`, sk: name }),
  token: (tenant: string, id: string): Key => ({ pk: `tokens#${tenant}`, sk: id }),
  /** From what is sent to the token that it is. */
  tokenHash: (hash: string): Key => ({ pk: `token#${hash}`, sk: "token" }),
};

export const tenantItem = (tenant: Tenant): NewItem => ({
  ...accountKeys.tenant(tenant.name),
  value: asJson(tenant),
});

export const userItem = (user: User): NewItem => ({
  ...accountKeys.user(user.tenant, user.name),
  value: asJson(user),
});

export const tokenItem = (token: Token): NewItem => ({
  ...accountKeys.token(token.tenant, token.id),
  value: asJson(token),
});

export const tokenHashItem = ({ hash, tenant, id }: Token): NewItem => ({
  ...accountKeys.tokenHash(hash),
  value: { tenant, id },
});

/** Only the steps over them write these records, so their shape is trusted. */
export const readAccount = {
  tenant: (item: Item) => item.value as unknown as Tenant,
  user: (item: Item) => item.value as unknown as User,
  token: (item: Item) => item.value as unknown as Token,
  tokenHash: (item: Item) => item.value as unknown as { tenant: string; id: string },
};
