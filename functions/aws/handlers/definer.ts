// Called by launch: registers a definition, once for each content.
import { startClients } from "#functions/aws/backends.ts";
import { type DefinerRequest, define } from "#functions/aws/definer.ts";
import type { DefinitionReply } from "#functions/backends/task-roles.ts";

const clients = startClients();

export function handler(request: DefinerRequest): Promise<DefinitionReply> {
  return define(clients, request);
}
