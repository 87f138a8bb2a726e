// API tokens: made (and shown) once, looked up by their hash at each request, revoked at any time.
import { VisibleError } from "#shared/fault.ts";
import { type Principal, ROLES, type Scope } from "#shared/principal.ts";
import {
  accountKeys,
  readAccount,
  type Token,
  tokenHashItem,
  tokenItem,
} from "./account-records.ts";
import { sha256 } from "./digest.ts";
import { demandScope, hasRole, tenantFor } from "./permissions.ts";
import type { Item } from "./store.ts";
import { type ListPage, type ListRequest, readUser } from "./tenants.ts";
import { newTokenSecret, TOKEN_PATTERN } from "./token-secret.ts";
import type { World } from "./world.ts";

const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;

export interface TokenWish {
  readonly name?: string;
  readonly scope: Scope;
  readonly user?: string;
  readonly tenant?: string;
  readonly expiresInDays?: number;
}

/** `secret` is what the owner sends; it can't be had again. */
export async function createToken(
  world: World,
  principal: Principal,
  wish: TokenWish,
): Promise<{ readonly token: Token; readonly secret: string }> {
  demandScope(principal, "admin");
  const { user = principal.user, tenant } = wish;
  const owner = await readUser(world, principal, { tenant, name: user });
  if (ROLES.indexOf(owner.role) > ROLES.indexOf(principal.role))
    throw new VisibleError("forbidden", `"${user}" has a higher role than you.`);
  const secret = newTokenSecret();
  const now = world.now();
  const token: Token = {
    ...{ id: world.newId("tok"), tenant: owner.tenant, user, scope: wish.scope, createdAt: now },
    ...(wish.name !== undefined && { name: wish.name }),
    ...(wish.expiresInDays !== undefined && { expiresAt: now + wish.expiresInDays * DAY_MS }),
    hash: await sha256(secret),
  };
  await world.store.batchPut([tokenItem(token), tokenHashItem(token)]);
  return { token, secret };
}

/** Newest first; users see their own, operators their tenant's. */
export async function listTokens(
  world: World,
  principal: Principal,
  { tenant, ...page }: ListRequest & { readonly tenant?: string },
): Promise<ListPage<Token>> {
  const pk = accountKeys.token(tenantFor(principal, tenant), "").pk;
  const { items, cursor } = await world.store.query({ pk, reverse: true, ...page });
  const tokens = items.map(readAccount.token).filter((token) => isMine(principal, token));
  return { items: tokens, ...(cursor && { cursor }) };
}

/** It opens nothing any more; a second time there is none. Not the one with which she asks: nobody locks herself out by mistake. */
export async function revokeToken(
  world: World,
  principal: Principal,
  { id, tenant, ownId }: { readonly id: string; readonly tenant?: string; readonly ownId: string },
): Promise<void> {
  demandScope(principal, "admin");
  if (id === ownId)
    throw new VisibleError("conflict", "You ask with this very token: revoke it with another one.");
  const item = await world.store.get(accountKeys.token(tenantFor(principal, tenant), id));
  const token = item && readAccount.token(item);
  if (!token || !isMine(principal, token))
    throw new VisibleError("notFound", `There is no token "${id}".`);
  await world.store.transact([
    { kind: "delete", key: accountKeys.token(token.tenant, id) },
    { kind: "delete", key: accountKeys.tokenHash(token.hash) },
  ]);
}

function isMine(principal: Principal, token: Token): boolean {
  return hasRole(principal, "operator") || token.user === principal.user;
}

export interface Authenticated {
  readonly tokenId: string;
  readonly principal: Principal;
  readonly expiresAt?: number;
}

/** Who sends this token, or why it opens nothing. A token falls with its user and its tenant. */
export async function authenticate(world: World, secret: string): Promise<Authenticated> {
  const hash = TOKEN_PATTERN.test(secret) ? await sha256(secret) : undefined;
  const found = hash && (await world.store.get(accountKeys.tokenHash(hash)));
  if (!found) throw unknown();
  const { tenant, id } = readAccount.tokenHash(found);
  const item = await world.store.get(accountKeys.token(tenant, id));
  if (!item) throw unknown();
  const token = readAccount.token(item);
  const [user, home] = await world.store.getMany([
    accountKeys.user(tenant, token.user),
    accountKeys.tenant(tenant),
  ]);
  if (!user || !home || isOlder(token, user) || isOlder(token, home)) throw unknown();
  demandFresh(world, token);
  await noteUse(world, item);
  const { role } = readAccount.user(user);
  return {
    tokenId: id,
    principal: { tenant, user: token.user, role, scope: token.scope },
    ...(token.expiresAt !== undefined && { expiresAt: token.expiresAt }),
  };
}

/** A user or tenant who was deleted and made again under the same name does not get the old tokens back. */
function isOlder(token: Token, owner: Item): boolean {
  return token.createdAt < readAccount.user(owner).createdAt;
}

export function demandFresh(world: World, { expiresAt }: { readonly expiresAt?: number }): void {
  if (expiresAt === undefined || expiresAt > world.now()) return;
  const when = new Date(expiresAt).toISOString();
  throw new VisibleError("unauthenticated", `This token expired at ${when}. Make a new one.`);
}

function unknown(): VisibleError {
  return new VisibleError(
    "unauthenticated",
    "This token opens nothing: it is unknown, or was revoked. Send one that Zoe gave, as `Authorization: Bearer zoe_...`.",
  );
}

async function noteUse(world: World, item: Item): Promise<void> {
  const now = world.now();
  if (now - (readAccount.token(item).lastUsedAt ?? 0) < MINUTE_MS) return;
  const { pk, sk } = item;
  await world.store.transact([{ kind: "update", key: { pk, sk }, set: { lastUsedAt: now } }]);
}
