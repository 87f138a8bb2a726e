// The first tenant, its administrator and her token: written by whoever deployed, who may write to the table; no function has a door for it.
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { dynamoStore } from "#functions/aws/store.ts";
import { firstStart } from "#functions/first-start.ts";
import { idMaker } from "#functions/host/ids.ts";
import type { ClientConfig } from "./clients.ts";

/** Undefined where there is a tenant already. */
export async function firstToken(
  table: string,
  config: ClientConfig = {},
): Promise<string | undefined> {
  const store = dynamoStore({ client: new DynamoDBClient(config), table, now: Date.now });
  let token: string | undefined;
  const world = { store, now: Date.now, newId: idMaker(Date.now) };
  const isFirst = await firstStart(world, (secret) => {
    token = secret;
    return Promise.resolve();
  });
  return isFirst ? token : undefined;
}
