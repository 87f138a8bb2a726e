// The page that people read: its text is written by hand, its tables stand between marks.
import { fileURLToPath } from "node:url";
import type { Denied } from "./denied/denied.ts";
import type { StackRights } from "./policies.ts";
import { REASONS } from "./recorded.ts";
import { deniedTable, rightsTable } from "./table.ts";

export const PAGE = fileURLToPath(new URL("../../../docs/security.md", import.meta.url));

export function withTables(page: string, rights: StackRights, denied: readonly Denied[]): string {
  const filled = between(page, "rights", rightsTable(rights, REASONS));
  return between(filled, "attempts", deniedTable(denied));
}

function between(page: string, name: string, content: string): string {
  const [begin, end] = [`<!-- ${name} -->`, `<!-- end of ${name} -->`];
  const [from, to] = [page.indexOf(begin), page.indexOf(end)];
  if (from < 0 || to < from)
    throw new Error(`The page has no place for ${name}: ${begin} ... ${end}`);
  return `${page.slice(0, from + begin.length)}\n${content}\n${page.slice(to)}`;
}
