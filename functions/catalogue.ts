// The catalogue: the zapps that ship with this host, and those that a tenant installed, which go before them. submit.ts finds here what a name means.
import { type Fault, VisibleError, within } from "#shared/fault.ts";
import type { Principal } from "#shared/principal.ts";
import { validateZapp } from "#shared/zapp/validate.ts";
import { versionOf } from "./digest.ts";
import { demandRole } from "./permissions.ts";
import { asJson } from "./records.ts";
import type { Item, Key } from "./store.ts";
import type { ListPage, ListRequest } from "./tenants.ts";
import type { BuiltInZapp, World } from "./world.ts";

export interface CatalogueEntry extends BuiltInZapp {
  readonly source: "builtIn" | "installed";
  /** Of an installed one. */
  readonly installedAt?: number;
  readonly installedBy?: string;
}

export interface Version {
  readonly version: string;
  readonly installedAt: number;
  readonly installedBy: string;
}

export interface Installation {
  readonly name: string;
  /** As it was written, in YAML or JSON, and as it was read. */
  readonly text: string;
  readonly document: unknown;
  readonly readme?: string;
  /** On the server's machine; only administrators may name one. */
  readonly folder?: string;
}

/** Copies a folder to where it stays and answers that place: another version gets another, so that what runs goes on reading its own. */
export type KeepProgram = (
  folder: string,
  zapp: { readonly tenant: string; readonly name: string; readonly version: string },
) => Promise<string>;

const VERSIONS_SHOWN = 50;

const entryKey = (tenant: string, name: string): Key => ({ pk: `zapps#${tenant}`, sk: name });
const versionsOf = (tenant: string, name: string) => `zapp#${tenant}#${name}`;
const readEntry = (item: Item) => item.value as unknown as CatalogueEntry;
const readVersion = (item: Item) => item.value as unknown as Version;

export async function findZapp(
  world: World,
  tenant: string,
  name: string,
): Promise<CatalogueEntry | undefined> {
  const item = await world.store.get(entryKey(tenant, name));
  if (item) return readEntry(item);
  const builtIn = world.builtIn.get(name);
  return builtIn && { ...builtIn, source: "builtIn" };
}

/** By name; those of the tenant hide built-in ones of the same name. */
export async function listZapps(
  world: World,
  tenant: string,
  { limit, cursor = "" }: ListRequest,
): Promise<ListPage<CatalogueEntry>> {
  const found = await world.store.query({
    ...{ pk: `zapps#${tenant}`, limit },
    ...(cursor !== "" && { from: `${cursor}\0` }),
  });
  const installed = found.items.map(readEntry);
  const hidden = new Set(installed.map(({ name }) => name));
  const last = found.cursor === undefined ? undefined : installed.at(-1)?.name;
  const builtIn = [...world.builtIn.values()]
    .filter(({ name }) => name > cursor && !hidden.has(name))
    .filter(({ name }) => last === undefined || name <= last)
    .map((zapp): CatalogueEntry => ({ ...zapp, source: "builtIn" }));
  const all = [...installed, ...builtIn].sort((a, b) => (a.name < b.name ? -1 : 1));
  const items = all.slice(0, limit);
  const isMore = last !== undefined || all.length > limit;
  const end = items.at(-1)?.name;
  return { items, ...(isMore && end !== undefined && { cursor: end }) };
}

/** Newest first. */
export async function listVersions(world: World, tenant: string, name: string): Promise<Version[]> {
  const { items } = await world.store.query({ pk: versionsOf(tenant, name), limit: 1000 });
  const versions = items.map(readVersion).sort((a, b) => b.installedAt - a.installedAt);
  return versions.slice(0, VERSIONS_SHOWN);
}

export interface Installed {
  readonly entry: CatalogueEntry;
  readonly warnings: readonly Fault[];
}

/** Pointers of faults lie within the description. */
export async function installZapp(
  world: World,
  principal: Principal,
  installation: Installation,
  keepProgram?: KeepProgram,
): Promise<Installed> {
  demandRole(principal, installerRole(world, installation));
  const { name, text, document, readme, folder } = installation;
  const { faults, warnings, zapp } = validateZapp(document, world.frameworks);
  const wrong = zapp && zapp.name !== name ? [otherName(zapp.name, name)] : faults;
  if (wrong.length > 0) throw refused(wrong);
  const { tenant, user } = principal;
  const installedAt = world.now();
  // A folder may have changed since it was last installed: it always makes a new version.
  const content = folder === undefined ? text : `${text}\n${folder}\n${installedAt}`;
  const version = await versionOf(content);
  const programRoot = folder && (await keep(keepProgram, folder, { tenant, name, version }));
  const entry: CatalogueEntry = {
    ...{ name, version, text, document: zapp, source: "installed", installedAt },
    installedBy: user,
    ...(readme !== undefined && { readme }),
    ...(programRoot !== undefined && { programRoot }),
  };
  const value = asJson({ version, installedAt, installedBy: user } satisfies Version);
  await world.store.batchPut([
    { pk: versionsOf(tenant, name), sk: version, value },
    { ...entryKey(tenant, name), value: asJson(entry) },
  ]);
  if (zapp) await world.rights?.prepareZapp(tenant, zapp);
  return { entry, warnings };
}

/** Executions that run it go on; a built-in one of the same name shows again. */
export async function uninstallZapp(
  world: World,
  principal: Principal,
  name: string,
): Promise<void> {
  demandRole(principal, "operator");
  const key = entryKey(principal.tenant, name);
  const reply = await world.store.transact([{ kind: "delete", key, condition: { exists: true } }]);
  if (reply.kind === "condition")
    throw new VisibleError("notFound", `Your tenant has not installed a zapp "${name}".`);
}

/** An engine without a sandbox runs what is in the catalogue: so there only an administrator puts something in. */
function installerRole(world: World, { folder }: Installation): "operator" | "administrator" {
  const isOpen = world.backends.some(({ capabilities }) => capabilities.catalogueOnly);
  return isOpen || folder !== undefined ? "administrator" : "operator";
}

function otherName(came: string, name: string): Fault {
  const detail = `Wanted the name ${name}, under which it is installed; got ${came}.`;
  return { pointer: "/name", detail };
}

function refused(faults: readonly Fault[]): VisibleError {
  const text = `The description is not valid: ${faults[0]?.detail ?? ""}`;
  return new VisibleError("invalid", text, within("/description", faults));
}

async function keep(
  keepProgram: KeepProgram | undefined,
  folder: string,
  zapp: Parameters<KeepProgram>[1],
): Promise<string> {
  if (keepProgram) return keepProgram(folder, zapp);
  const detail = "This host keeps no program folders: put the program into an image.";
  throw new VisibleError("invalid", detail, [{ pointer: "/folder", detail }]);
}
