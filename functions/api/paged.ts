// A page of a list: its size, its cursor opened and sealed again.
import type { Principal } from "#shared/principal.ts";
import type { Api } from "./api.ts";

export const DEFAULT_PAGE = 100;

interface PageQuery {
  readonly limit?: number;
  readonly cursor?: string;
}

interface Inner<T> {
  readonly items: readonly T[];
  readonly cursor?: string;
}

/** `list` names what is listed; filters and who asks belong to it, so that a cursor can't be carried elsewhere. */
export async function paged<T>(
  api: Api,
  principal: Principal,
  list: string,
  { limit = DEFAULT_PAGE, cursor, ...filters }: PageQuery,
  read: (page: { readonly limit: number; readonly cursor?: string }) => Promise<Inner<T>>,
): Promise<Inner<T>> {
  const { tenant, user } = principal;
  const name = JSON.stringify([list, tenant, user, filters]);
  const page = await read({ limit, ...(await api.cursors.open(name, cursor)) });
  return { items: page.items, ...(await api.cursors.seal(name, page.cursor)) };
}
