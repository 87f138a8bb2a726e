// Files that people bring for their executions.
import * as z from "zod";
import { type Body, counted } from "#functions/api/body.ts";
import { paged } from "#functions/api/paged.ts";
import { route } from "#functions/api/route.ts";
import { deleteUpload, listUploads, putUpload } from "#functions/uploads.ts";
import { UploadAnswer, UploadPage } from "#shared/api/history.ts";
import { Title, UploadId } from "#shared/api/name.ts";
import { paging } from "#shared/api/page.ts";
import { strict } from "#shared/zapp/strict.ts";

const group = "Uploads";

/** Never held in memory: it flows into the store of objects, and is counted on its way. */
const fileBody: Body<ReadableStream<Uint8Array>> = {
  types: { "application/octet-stream": { text: "The bytes of the file" } },
  limit: "uploadBytes",
  async read(request, _, limitBytes) {
    return ReadableStream.from(counted(request.body ?? emptyStream(), limitBytes));
  },
};

function emptyStream(): ReadableStream<Uint8Array> {
  return ReadableStream.from([]);
}

export const uploadRoutes = [
  route({
    method: "post",
    path: "/v1/uploads",
    group,
    summary: "Upload a file",
    text: "An input of a zapp names it by its id. It is forgotten 30 days after executions of today are.",
    access: "submit",
    query: strict("the query", { name: Title.optional().describe("For people") }),
    body: fileBody,
    answer: { status: 201, text: "It is kept", schema: UploadAnswer },
    handle: ({ api, principal, query, body }) =>
      putUpload(api.world, principal, { ...query, content: body }),
  }),
  route({
    method: "get",
    path: "/v1/uploads",
    group,
    summary: "Uploads, newest first",
    access: "read",
    query: strict("the query", paging(1000)),
    answer: { status: 200, text: "A page of uploads", schema: UploadPage },
    handle: ({ api, principal, query }) =>
      paged(api, principal, "uploads", query, (page) => listUploads(api.world, principal, page)),
  }),
  route({
    method: "delete",
    path: "/v1/uploads/{id}",
    group,
    summary: "Delete an upload",
    access: "submit",
    params: z.object({ id: UploadId }),
    answer: { status: 204, text: "It is gone" },
    handle: ({ api, principal, params }) => deleteUpload(api.world, principal, params.id),
  }),
];
