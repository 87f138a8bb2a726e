// The protocol of a service, as its model names it.
import type { Protocol, Service } from "../service.ts";
import { jsonProtocol } from "./json.ts";
import { queryProtocol } from "./query.ts";
import { restProtocol } from "./rest.ts";

export function protocolOf({ name, model }: Service): Protocol {
  switch (model.protocol) {
    case "awsJson1_0":
    case "awsJson1_1":
      return jsonProtocol(name, model);
    case "awsQuery":
      return queryProtocol(name, model);
    case "restJson1":
    case "restXml":
      return restProtocol(name, model);
  }
}
