// Logs, kept outputs and uploads as routes of the API.
import type { Http } from "#cli/http.ts";
import type { FileAnswer, LogAnswer, UploadAnswer } from "#shared/api/history.ts";
import { POLL_SECONDS, waiting } from "./executions.ts";
import { everyItem } from "./pages.ts";

export interface LogQuery {
  readonly service?: string;
  readonly index?: number;
  readonly generation?: number;
  readonly stream?: "stdout" | "stderr";
  readonly offset?: number;
}

export interface Upload {
  readonly content: Uint8Array<ArrayBuffer> | Blob;
  readonly name?: string;
  /** Of its content, as hexadecimal digits: what is there already is not sent again. */
  readonly sha256?: string;
}

export function fileCalls(http: Http) {
  const at = (id: string, rest: string) => `/v1/executions/${encodeURIComponent(id)}${rest}`;
  return {
    log: (
      id: string,
      { isFollowed, ...query }: LogQuery & { isFollowed?: boolean },
      signal?: AbortSignal,
    ) =>
      http.json<LogAnswer>({
        path: at(id, "/logs"),
        query: { ...query, ...(isFollowed && { follow: true, wait: POLL_SECONDS }) },
        signal,
        ...waiting,
      }),
    files: (id: string) => everyItem<FileAnswer>(http, { path: at(id, "/files") }),
    file: (id: string, path: string) =>
      http.send({
        path: at(id, `/files/${path.split("/").map(encodeURIComponent).join("/")}`),
        timeoutSeconds: 3600,
      }),
    upload: ({ content, name, sha256 }: Upload) =>
      http.json<UploadAnswer>({
        ...{ method: "POST", path: "/v1/uploads", query: { name, sha256 } },
        raw: { type: "application/octet-stream", content },
        ...{ timeoutSeconds: 3600, isRepeatable: true },
      }),
  };
}
