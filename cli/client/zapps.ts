// The catalogue and descriptions as routes of the API.
import type { Http } from "#cli/http.ts";
import type {
  DescriptionRequest,
  InstallRequest,
  ValidationAnswer,
  ZappAnswer,
  ZappRow,
} from "#shared/api/zapp.ts";
import type { Fault } from "#shared/fault.ts";
import { everyItem } from "./pages.ts";

export interface Installed {
  readonly zapp: ZappRow;
  readonly warnings: readonly Fault[];
}

export function zappCalls(http: Http) {
  const at = (name: string) => `/v1/zapps/${encodeURIComponent(name)}`;
  return {
    zapps: () => everyItem<ZappRow>(http, { path: "/v1/zapps" }),
    zapp: (name: string) => http.json<ZappAnswer>({ path: at(name) }),
    install: (name: string, request: InstallRequest) =>
      http.json<Installed>({ method: "PUT", path: at(name), body: request }),
    uninstall: (name: string) => http.json<undefined>({ method: "DELETE", path: at(name) }),
    validate: (request: DescriptionRequest) =>
      http.json<ValidationAnswer>({
        ...{ method: "POST", path: "/v1/zapps/validate", body: request, isRepeatable: true },
      }),
  };
}
