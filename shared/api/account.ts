// Tenants, users, tokens and secrets as the API takes and shows them.
import * as z from "zod";
import { ROLES, SCOPES } from "#shared/principal.ts";
import { saying, wantedGot } from "#shared/zapp/leaf.ts";
import { strict } from "#shared/zapp/strict.ts";
import { SecretName, TenantName, Title, TokenId, UserName } from "./name.ts";
import { pageOf } from "./page.ts";

const time = z.number().describe("Unix milliseconds");
const role = z.enum(ROLES, saying(`a role: ${ROLES.join(", ")}`));
const scope = z.enum(SCOPES, saying(`a scope: ${SCOPES.join(", ")}`));

export const TenantAnswer = z
  .strictObject({ name: TenantName, title: z.string().optional(), createdAt: time })
  .meta({ id: "Tenant" });
export type TenantAnswer = z.infer<typeof TenantAnswer>;
export const TenantPage = pageOf("TenantPage", TenantAnswer);
export const TenantChange = strict("a tenant", { title: Title.optional() }).meta({
  id: "TenantChange",
});

export const UserAnswer = z
  .strictObject({ tenant: TenantName, name: UserName, role, createdAt: time })
  .meta({ id: "User" });
export type UserAnswer = z.infer<typeof UserAnswer>;
export const UserPage = pageOf("UserPage", UserAnswer);
export const UserChange = strict("a user", { role }).meta({ id: "UserChange" });

export const TokenAnswer = z
  .strictObject({
    id: TokenId,
    tenant: TenantName,
    user: UserName,
    name: z.string().optional(),
    scope,
    createdAt: time,
    expiresAt: time.optional(),
    lastUsedAt: time.optional().describe("To about a minute; Unix milliseconds"),
  })
  .meta({ id: "Token" });
export type TokenAnswer = z.infer<typeof TokenAnswer>;
export const TokenPage = pageOf("TokenPage", TokenAnswer);

export const MOST_TOKEN_DAYS = 3650;
const days = saying(`the days it is good for, from 1 to ${MOST_TOKEN_DAYS}`);
export const TokenRequest = strict("a token", {
  name: Title.optional(),
  scope,
  user: UserName.optional().describe("Whose; without it your own"),
  tenant: TenantName.optional().describe("Of the user; only administrators may name another"),
  expiresInDays: z.int(days).min(1, days).max(MOST_TOKEN_DAYS, days).optional(),
}).meta({ id: "TokenRequest" });
export type TokenRequest = z.infer<typeof TokenRequest>;
export const TokenMade = z
  .strictObject({
    token: TokenAnswer,
    secret: z.string().describe("The token itself. It is shown this once"),
  })
  .meta({ id: "TokenMade" });
export type TokenMade = z.infer<typeof TokenMade>;

export const SECRET_CHARACTERS = 32 * 1024;
const value = {
  error: (issue: { readonly input?: unknown }) =>
    typeof issue.input === "string"
      ? `Wanted the value of the secret, 1 to ${SECRET_CHARACTERS} characters.`
      : wantedGot("the value of the secret, a text", undefined),
};
export const SecretChange = strict("a secret", {
  value: z.string(value).min(1, value).max(SECRET_CHARACTERS, value),
}).meta({ id: "SecretChange" });
export const SecretNames = z
  .strictObject({ names: z.array(SecretName).readonly() })
  .meta({ id: "SecretNames" });
