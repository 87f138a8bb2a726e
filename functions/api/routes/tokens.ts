// API tokens: made and shown once, listed without their secret, revoked at once.
import * as z from "zod";
import type { Token } from "#functions/account-records.ts";
import { jsonBody } from "#functions/api/body.ts";
import { paged } from "#functions/api/paged.ts";
import { route } from "#functions/api/route.ts";
import { createToken, listTokens, revokeToken } from "#functions/tokens.ts";
import { type TokenAnswer, TokenMade, TokenPage, TokenRequest } from "#shared/api/account.ts";
import { TenantName, TokenId } from "#shared/api/name.ts";
import { paging } from "#shared/api/page.ts";
import { strict } from "#shared/zapp/strict.ts";

const group = "Tokens";
const tenant = TenantName.optional().describe(
  "Only administrators may name another than their own",
);

export const tokenRoutes = [
  route({
    method: "get",
    path: "/v1/tokens",
    group,
    summary: "Tokens, newest first",
    text: "Users see their own, operators those of their tenant.",
    access: "read",
    query: strict("the query", { ...paging(1000), tenant }),
    refuses: ["notFound"],
    answer: { status: 200, text: "A page of tokens", schema: TokenPage },
    async handle({ api, principal, query }) {
      const { tenant } = query;
      const page = await paged(api, principal, "tokens", query, (page) =>
        listTokens(api.world, principal, { ...page, tenant }),
      );
      return { ...page, items: page.items.map(shown) };
    },
  }),
  route({
    method: "post",
    path: "/v1/tokens",
    group,
    summary: "Make a token",
    text: "The answer shows its secret this once; Zoe keeps only a hash of it.",
    access: "admin",
    body: jsonBody(TokenRequest, { examples: { reading: { scope: "read", expiresInDays: 30 } } }),
    answer: { status: 201, text: "The token and its secret", schema: TokenMade },
    refuses: ["notFound"],
    async handle({ api, principal, body }) {
      const { token, secret } = await createToken(api.world, principal, body);
      return { token: shown(token), secret };
    },
  }),
  route({
    method: "delete",
    path: "/v1/tokens/{id}",
    group,
    summary: "Revoke a token",
    text: "It opens nothing any more, at once on one host and within seconds on others. Not the one that you ask with.",
    access: "admin",
    params: z.object({ id: TokenId }),
    query: strict("the query", { tenant }),
    answer: { status: 204, text: "It is revoked" },
    refuses: ["conflict"],
    async handle({ api, principal, tokenId, params, query }) {
      await revokeToken(api.world, principal, { ...params, ...query, ownId: tokenId });
      api.principals.forget();
    },
  }),
];

function shown({ hash: _, ...token }: Token): TokenAnswer {
  return token;
}
