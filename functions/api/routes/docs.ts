// What the API says of itself: the OpenAPI document, a page of it for people, and the schema of zapps.

import { json, SAFE_HEADERS } from "#functions/api/answer.ts";
import type { Api } from "#functions/api/api.ts";
import { docsPage } from "#functions/api/docs-page.ts";
import { openApi } from "#functions/api/openapi.ts";
import { type Route, route } from "#functions/api/route.ts";
import { zappJsonSchema } from "#shared/zapp/written.ts";

const group = "This Zoe";

/** Both are made once, from the routes there are. */
export function docsRoutes({ version }: Api, others: readonly Route[]): Route[] {
  let document: ReturnType<typeof openApi> | undefined;
  const made = () => {
    document ??= openApi([...others, ...routes], version);
    return document;
  };
  const routes = [
    route({
      method: "get",
      path: "/openapi.json",
      group,
      summary: "This API as an OpenAPI 3.1 document",
      access: "public",
      answer: { status: 200, text: "The document", types: ["application/json"] },
      handle: () => json(made()),
    }),
    route({
      method: "get",
      path: "/docs",
      group,
      summary: "This API as a page",
      access: "public",
      answer: { status: 200, text: "The page", types: ["text/html"] },
      handle: () => new Response(docsPage(made()), { headers: PAGE_HEADERS }),
    }),
    route({
      method: "get",
      path: "/schema/zapp.json",
      group,
      summary: "The zapp format as JSON Schema",
      access: "public",
      answer: { status: 200, text: "The schema", types: ["application/json"] },
      handle: () => json(zappJsonSchema()),
    }),
  ];
  return routes;
}

const PAGE_HEADERS = {
  ...SAFE_HEADERS,
  "content-type": "text/html; charset=utf-8",
  "content-security-policy":
    "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
};
