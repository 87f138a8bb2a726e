// Gathers what comes at the same time, so that it is written, and made durable, at once.

export function together<Item>(
  write: (items: readonly Item[]) => Promise<void>,
): (item: Item) => Promise<void> {
  let waiting: Item[] = [];
  let next: Promise<void> | undefined;
  let last: Promise<void> = Promise.resolve();

  const writeWaiting = () => {
    const items = waiting;
    waiting = [];
    next = undefined;
    return write(items);
  };

  return (item) => {
    waiting.push(item);
    // One write at a time: what comes meanwhile goes together into the next.
    next ??= last = last.then(writeWaiting, writeWaiting);
    return next;
  };
}
