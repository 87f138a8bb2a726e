// The catalogue: what can be run by name, and putting something into it.
import * as z from "zod";
import { jsonBody } from "#functions/api/body.ts";
import { readDescription } from "#functions/api/description.ts";
import { invalid } from "#functions/api/faults.ts";
import { paged } from "#functions/api/paged.ts";
import { route } from "#functions/api/route.ts";
import {
  type CatalogueEntry,
  findZapp,
  installZapp,
  listVersions,
  listZapps,
  uninstallZapp,
} from "#functions/catalogue.ts";
import { ZappName } from "#shared/api/name.ts";
import { paging } from "#shared/api/page.ts";
import {
  DescriptionRequest,
  InstalledAnswer,
  InstallRequest,
  ValidationAnswer,
  ZappAnswer,
  ZappPage,
  type ZappRow,
} from "#shared/api/zapp.ts";
import { VisibleError } from "#shared/fault.ts";
import { isRecord, recordOf } from "#shared/zapp/json.ts";
import { strict } from "#shared/zapp/strict.ts";
import { validateZapp } from "#shared/zapp/validate.ts";

const group = "Zapps";
const params = z.object({ name: ZappName });
const text =
  "version: 4\nname: say-hello\nservices:\n  - { name: hello, run: once, image: busybox, program: . }\n";

export const zappRoutes = [
  route({
    method: "get",
    path: "/v1/zapps",
    group,
    summary: "The catalogue, by name",
    text: "Those that ship with Zoe, and those that your tenant installed, which hide built-in ones of the same name.",
    access: "read",
    query: strict("the query", paging(1000)),
    answer: { status: 200, text: "A page of zapps", schema: ZappPage },
    handle: ({ api, principal, query }) =>
      paged(api, principal, "zapps", query, async (page) => {
        const found = await listZapps(api.world, principal.tenant, page);
        return { ...found, items: found.items.map(rowOf) };
      }),
  }),
  route({
    method: "get",
    path: "/v1/zapps/{name}",
    group,
    summary: "A zapp, with its README, parameters and versions",
    access: "read",
    params,
    answer: { status: 200, text: "The zapp", schema: ZappAnswer },
    async handle({ api, principal, params: { name } }) {
      const entry = await findZapp(api.world, principal.tenant, name);
      if (!entry)
        throw new VisibleError("notFound", `There is no zapp "${name}" in your catalogue.`);
      const versions = await listVersions(api.world, principal.tenant, name);
      const { text, readme } = entry;
      return {
        ...rowOf(entry),
        text,
        ...offeredBy(entry.document),
        versions,
        ...(readme !== undefined && { readme }),
      };
    },
  }),
  route({
    method: "put",
    path: "/v1/zapps/{name}",
    group,
    summary: "Install a zapp for your tenant",
    text: "Where an engine has no sandbox, or a folder is named, only administrators may. New executions run the new version; running ones go on.",
    access: "admin",
    role: "operator",
    params,
    body: jsonBody(InstallRequest, { examples: { text: { text } } }),
    answer: { status: 200, text: "It is in the catalogue", schema: InstalledAnswer },
    async handle({ api, principal, params: { name }, body }) {
      const { text, document, placed } = readDescription(body);
      const { faults } = validateZapp(document, api.world.frameworks);
      if (faults.length > 0) throw invalid("The description is not valid", placed(faults));
      const { readme, folder } = body;
      const installation = { name, text, document, readme, folder };
      const { entry, warnings } = await installZapp(
        api.world,
        principal,
        installation,
        api.keepProgram,
      );
      return { zapp: rowOf(entry), warnings: placed(warnings) };
    },
  }),
  route({
    method: "delete",
    path: "/v1/zapps/{name}",
    group,
    summary: "Take an installed zapp out of the catalogue",
    text: "Executions of it go on. A built-in zapp of the same name shows again.",
    access: "admin",
    role: "operator",
    params,
    answer: { status: 204, text: "It is gone" },
    handle: ({ api, principal, params }) => uninstallZapp(api.world, principal, params.name),
  }),
  route({
    method: "post",
    path: "/v1/zapps/validate",
    group,
    summary: "Look for faults in a description",
    text: "All of them at once, with pointers into the description and, of a text, its lines. Nothing is kept.",
    access: "read",
    body: jsonBody(DescriptionRequest, { examples: { text: { text } } }),
    answer: { status: 200, text: "What is wrong with it, if anything", schema: ValidationAnswer },
    handle({ api, body }) {
      const { document, lined } = readDescription(body);
      const { faults, warnings, zapp } = validateZapp(document, api.world.frameworks);
      const verdict = { faults: lined(faults), warnings: lined(warnings) };
      return { valid: faults.length === 0, ...verdict, ...offeredBy(zapp) };
    },
  }),
];

function rowOf({
  name,
  version,
  source,
  document,
  installedAt,
  installedBy,
}: CatalogueEntry): ZappRow {
  const { title, description } = recordOf(document);
  return {
    ...{ name, version, source },
    ...(typeof title === "string" && { title }),
    ...(typeof description === "string" && { description }),
    ...(installedAt !== undefined && { installedAt }),
    ...(installedBy !== undefined && { installedBy }),
  };
}

function offeredBy(document: unknown): Pick<ZappAnswer, "parameters" | "queues"> {
  const { parameters, queues } = recordOf(document);
  const entries = Object.entries(recordOf(parameters)).filter(
    (entry): entry is [string, Record<string, unknown>] => isRecord(entry[1]),
  );
  return { parameters: Object.fromEntries(entries), queues: Object.keys(recordOf(queues)) };
}
