// After every deployment: the task roles of all tenants, for the catalogue that came with it and for what they have installed. The function `roles` makes them.
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { invoke } from "#functions/aws/invoke.ts";
import { askedRights } from "#functions/aws/rights.ts";
import type { RolesRequest } from "#functions/aws/roles.ts";
import { dynamoStore } from "#functions/aws/store.ts";
import { readBuiltIn } from "#functions/host/built-in.ts";
import type { Item, Store } from "#functions/store.ts";
import { functionName } from "#shared/aws-names.ts";
import { validateZapp } from "#shared/zapp/validate.ts";
import type { ClientConfig } from "./clients.ts";

export async function prepareRoles(
  stack: string,
  table: string,
  config: ClientConfig = {},
): Promise<number> {
  const client = new DynamoDBClient(config);
  const region = await client.config.region();
  const signed = { region, credentials: () => client.config.credentials(), now: Date.now };
  const ask = (request: RolesRequest) => invoke(signed, functionName(stack, "roles"), request);
  return prepareAll(dynamoStore({ client, table, now: Date.now }), ask);
}

/** Answers of how many tenants. */
export async function prepareAll(
  store: Store,
  ask: (request: RolesRequest) => Promise<unknown>,
  catalogue = "zapps",
): Promise<number> {
  const rights = askedRights(ask, readBuiltIn(catalogue));
  const tenants = await all(store, "tenants");
  for (const { sk: tenant } of tenants) {
    await rights.prepareTenant(tenant);
    for (const { value } of await all(store, `zapps#${tenant}`)) {
      const { zapp } = validateZapp(value.document);
      if (zapp) await rights.prepareZapp(tenant, zapp);
    }
  }
  return tenants.length;
}

async function all(store: Store, pk: string): Promise<readonly Item[]> {
  const items: Item[] = [];
  let cursor: string | undefined;
  do {
    const page = await store.query({ pk, limit: 100, ...(cursor !== undefined && { cursor }) });
    items.push(...page.items);
    cursor = page.cursor;
  } while (cursor !== undefined);
  return items;
}
