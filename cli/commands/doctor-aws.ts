// `zoe doctor --aws`: the one command that looks past the API, at the account where a stack is or is to be.
import { writeFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { failWith, type Session } from "#cli/cli.ts";
import { EXIT } from "#cli/exit.ts";
import { tellFindings } from "#cli/show/findings.ts";
import type { Runs } from "#infra/account/claims.ts";
import { type AccountClients, accountClients } from "#infra/account/clients.ts";
import { lookAtAccount, lookAtStack } from "#infra/account/doctor.ts";
import { reportOf, smoke, type Trial } from "#infra/account/smoke.ts";
import { findStack, outputsOf } from "#infra/account/stacks.ts";

export interface AwsOptions {
  readonly stack: string;
  readonly isSmoke: boolean;
}

export async function doctorAws(session: Session, { stack, isSmoke }: AwsOptions): Promise<void> {
  const clients = accountClients();
  const account = await lookAtAccount(clients);
  // Without credentials nothing more can be seen.
  const isKnown = account.some(({ what, isGood }) => what === "account" && isGood);
  tellFindings(session, [...account, ...(isKnown ? await lookAtStack(clients, stack) : [])]);
  if (isSmoke && isKnown) await tryClaims(session, clients, stack);
}

const SIGNS: Readonly<Record<Trial["verdict"], string>> = { held: "✓", broken: "✗", untried: "-" };

async function tryClaims(session: Session, clients: AccountClients, stack: string): Promise<void> {
  const { terminal } = session;
  const outputs = outputsOf(await findStack(clients.stacks, stack));
  const ground = { runs: runsOf(session), clients, stack, outputs, now: Date.now, pause: sleep };
  const trials = await smoke(ground, ({ verdict, claim, detail, seconds }) =>
    terminal.note(`${SIGNS[verdict]} ${claim.says} (${detail}; ${seconds} s)`),
  );
  const path = `zoe-smoke-${stack}.md`;
  writeFileSync(path, reportOf(trials, stack, Date.now()));
  terminal.note(`The report is in ${path}.`);
  if (trials.some(({ verdict }) => verdict !== "held")) failWith(session.cli, EXIT.failed);
}

function runsOf({ client }: Session): Runs {
  return {
    async submit(submission) {
      const { execution } = await client.submit(submission as Parameters<typeof client.submit>[0]);
      return execution;
    },
    execution: (id) => client.execution(id),
    putTasks: client.putTasks,
    closeQueue: client.closeQueue,
    queue: client.queue,
    stop: (id) => client.stop(id),
  };
}
