// Lists of any length: page after page, as long as somebody wants more.
import type { Call, Http } from "#cli/http.ts";

export interface Page<T> {
  readonly items: readonly T[];
  readonly cursor?: string;
}

/** Every item of a list, asked for as they are read. */
export async function* everyItem<T>(http: Http, call: Call, pageSize = 1000): AsyncGenerator<T> {
  let cursor: string | undefined;
  do {
    const query = { limit: pageSize, ...call.query, cursor };
    const page = await http.json<Page<T>>({ ...call, query });
    yield* page.items;
    cursor = page.cursor;
  } while (cursor !== undefined);
}

/** At most `most` items, and whether there are more. */
export async function firstItems<T>(
  items: AsyncIterable<T>,
  most: number,
): Promise<{ items: T[]; isMore: boolean }> {
  const found: T[] = [];
  for await (const item of items) {
    if (found.length === most) return { items: found, isMore: true };
    found.push(item);
  }
  return { items: found, isMore: false };
}

export async function collectItems<T>(items: AsyncIterable<T>): Promise<T[]> {
  return (await firstItems(items, Number.POSITIVE_INFINITY)).items;
}
