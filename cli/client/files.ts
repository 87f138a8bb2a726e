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
  readonly isFollowed?: boolean;
}

export interface Upload {
  readonly content: Uint8Array<ArrayBuffer> | Blob;
  readonly name?: string;
}

export function fileCalls(http: Http) {
  const at = (id: string, rest: string) => `/v1/executions/${encodeURIComponent(id)}${rest}`;
  return {
    /** From `offset` on; where it is followed it waits for something to come. */
    log: async (id: string, { isFollowed, ...query }: LogQuery, signal?: AbortSignal) => {
      const wait = isFollowed ? POLL_SECONDS : undefined;
      const call = { path: at(id, "/logs"), query: { ...query, wait }, signal, ...waiting };
      const { value, pauseSeconds } = await http.poll<LogAnswer>(call);
      return { value, pauseMs: pauseSeconds * 1000 };
    },
    files: (id: string) => everyItem<FileAnswer>(http, { path: at(id, "/files") }),
    file: (id: string, path: string) =>
      http.send({
        path: at(id, `/files/${path.split("/").map(encodeURIComponent).join("/")}`),
        timeoutSeconds: 3600,
      }),
    uploads: () => everyItem<UploadAnswer>(http, { path: "/v1/uploads" }),
    upload: ({ content, name }: Upload) =>
      http.json<UploadAnswer>({
        ...{ method: "POST", path: "/v1/uploads", query: { name } },
        raw: { type: "application/octet-stream", content },
        ...{ timeoutSeconds: 3600, isRepeatable: true },
      }),
  };
}
