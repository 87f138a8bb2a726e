// Does a thing for each of many, so many at once; the first that fails ends it.

export async function allAtOnce<T>(
  items: Iterable<T>,
  atOnce: number,
  act: (item: T) => Promise<void>,
): Promise<void> {
  const queue = items[Symbol.iterator]();
  let isBroken = false;
  const work = async () => {
    for (let next = queue.next(); !next.done && !isBroken; next = queue.next()) {
      await act(next.value).catch((error: unknown) => {
        isBroken = true;
        throw error;
      });
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
}
