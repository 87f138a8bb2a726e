// The table of an execution's results: what failed first, then the others, as many as are wanted.
import type { Session } from "#cli/cli.ts";
import { firstItems } from "#cli/client/pages.ts";
import type { ResultQuery } from "#cli/client/queues.ts";
import { showTable } from "#cli/show/execution.ts";
import { grouped } from "#cli/show/words.ts";
import type { ResultAnswer } from "#shared/api/queue.ts";
import { resultColumns } from "./rows.ts";

export interface ShowOptions extends ResultQuery {
  readonly most: number;
}

export async function showResults(
  session: Session,
  id: string,
  { most, queue, failed }: ShowOptions,
): Promise<void> {
  const { client, terminal } = session;
  const bad =
    failed === false ? NONE : await firstItems(client.results(id, { queue, failed: true }), most);
  const room = most - bad.items.length;
  const good =
    failed === true ? NONE : await firstItems(client.results(id, { queue, failed: false }), room);
  const rows = [...bad.items, ...good.items];
  if (rows.length === 0) {
    terminal.note("No results yet.");
    return;
  }
  const paint = (text: string, { ok }: ResultAnswer) => terminal.paint(ok ? "green" : "red", text);
  showTable(terminal, resultColumns(rows, paint), rows);
  if (bad.isMore || good.isMore)
    terminal.note(`The first ${grouped(rows.length)}; all of them: zoe results ${id} --all`);
}

const NONE = { items: [] as ResultAnswer[], isMore: false };
