// What failed in an execution that has ended: which instances and why, the last line that each wrote, and how to run them again.
import type { Session } from "#cli/cli.ts";
import { firstItems } from "#cli/client/pages.ts";
import { outcomeReason, outcomeWord } from "#cli/show/outcome.ts";
import { oneLine } from "#cli/show/text.ts";
import { grouped } from "#cli/show/words.ts";
import type { ExecutionAnswer } from "#shared/api/execution.ts";
import type { InstanceAnswer } from "#shared/api/history.ts";
import { instanceName } from "#shared/instance.ts";
import { readLog } from "./log-follower.ts";
import { sum } from "./progress.ts";

const MOST_SHOWN = 10;
const BAD = ["failed", "outOfMemory", "timedOut", "interrupted", "lost", "rejected"] as const;

export async function showFailures(session: Session, execution: ExecutionAnswer): Promise<void> {
  const { id, services, queues } = execution;
  const failed = sum(services, (service) => (service.run === "worker" ? 0 : service.failed));
  const deadLetters = sum(Object.values(queues), (queue) => queue.failed);
  if (failed === 0 && deadLetters === 0) return;
  const isOnly = sum(services, (service) => service.count) === 1;
  if (failed > 0) await showInstances(session, id, failed, isOnly);
  session.terminal.note(
    `  zoe retry ${id} --failed   runs ${whatFailed(failed, deadLetters)} again`,
  );
}

function whatFailed(instances: number, tasks: number): string {
  const n = instances + tasks;
  if (n === 1) return "what failed";
  const what = instances === 0 ? " tasks" : "";
  return `these ${grouped(n)}${what}`;
}

/** Of a single one the reason is the execution's, and told already. */
async function showInstances(
  session: Session,
  id: string,
  failed: number,
  isOnly: boolean,
): Promise<void> {
  const { client, terminal } = session;
  const shown: InstanceAnswer[] = [];
  for (const outcome of BAD) {
    const found = await firstItems(client.instances(id, { outcome }), MOST_SHOWN - shown.length);
    shown.push(...found.items);
    if (shown.length >= MOST_SHOWN) break;
  }
  for (const instance of shown) {
    const last = await lastLine(session, instance);
    const why =
      instance.outcome && (outcomeReason(instance.outcome) ?? outcomeWord(instance.outcome));
    const name = instance.label ?? `${instance.service}-${instance.index}`;
    if (!isOnly)
      terminal.note(`  ${terminal.paintNote("red", "✗")} ${oneLine(name)}  ${oneLine(why ?? "")}`);
    if (last !== undefined) terminal.note(terminal.paintNote("dim", `      ${oneLine(last)}`));
  }
  if (failed > shown.length) terminal.note(`    and ${grouped(failed - shown.length)} more`);
}

/** Of what it wrote to stderr: mostly the reason in its own words. */
async function lastLine(
  { client }: Session,
  instance: InstanceAnswer,
): Promise<string | undefined> {
  let last: string | undefined;
  const line = (text: string) => {
    if (text.trim() !== "") last = text;
  };
  await readLog(client, instance, "stderr", { isFollowed: false, line }).catch(() => {
    last = `(its log can't be read: ${instanceName(instance)})`;
  });
  return last;
}
