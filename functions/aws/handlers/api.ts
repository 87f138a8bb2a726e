// Woken by the HTTP API: every request of a user, a browser, a client.
import { handle } from "hono/aws-lambda";
import { awsApi } from "#functions/aws/api.ts";
import { hosted } from "#functions/aws/hosted.ts";

const { world } = await hosted("api");

export const handler = handle(awsApi(world));
