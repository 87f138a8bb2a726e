// Stores an execution, its place in the waiting list and its idempotency key in one transaction, then asks for a decision. The story goes on in scheduler/schedule.ts.
import type { Execution } from "#shared/execution.ts";
import { type ErrorCode, type Fault, VisibleError } from "#shared/fault.ts";
import type { Principal } from "#shared/principal.ts";
import type { Submission } from "#shared/submission.ts";
import { afterActions, demandAfter, markAwaited, releaseFrom } from "./after.ts";
import { tickLater } from "./due.ts";
import { waitingAs } from "./enqueue.ts";
import { gangSecretName } from "./gang-request.ts";
import { numberActions, takeNumbers } from "./numbers.ts";
import { type Prepared, prepare } from "./prepare.ts";
import { asJson, executionItem, keys, movesItem, ownerOf, read, type Spec } from "./records.ts";
import type { Action } from "./store.ts";
import { newTokenSecret } from "./token-secret.ts";
import type { World } from "./world.ts";

export interface SubmitOptions {
  readonly idempotencyKey?: string;
  /** Of the request's body: the same key with another body is a mistake. */
  readonly bodyHash?: string;
}

export interface Submitted {
  readonly execution: Execution;
  readonly warnings: readonly Fault[];
  /** The key was seen before: this is what it made then. */
  readonly repeated: boolean;
}

export type SubmitReply =
  | ({ readonly kind: "accepted" } & Submitted)
  | {
      readonly kind: "refused";
      readonly code: ErrorCode;
      readonly message: string;
      readonly faults: readonly Fault[];
    };

const DAY_SECONDS = 86_400;

export async function submit(
  world: World,
  principal: Principal,
  submission: Submission,
  options: SubmitOptions = {},
): Promise<Submitted> {
  const before = await seenBefore(world, principal, options);
  if (before !== undefined) return { execution: before, warnings: [], repeated: true };
  await demandAfter(world, principal, submission);
  const id = world.newId("exe");
  const number = await takeNumbers(world, principal.tenant, submission.numbers);
  const prepared = await prepare(world, principal, submission, id, number);
  const accepted = {
    ...executionOf(world, principal, submission, prepared, id),
    ...(number !== undefined && { number, numbers: submission.numbers }),
  };
  const { execution, actions } = waitingAs(world, accepted, prepared.spec.zapp);
  await markAwaited(world, submission);
  await keepSecrets(world, execution, prepared);
  await createQueues(world, execution, prepared.spec);
  const reply = await world.store.transact([
    { kind: "put", item: executionItem(execution), condition: { absent: true } },
    { kind: "put", item: { ...keys.spec(id), value: asJson(prepared.spec) } },
    ...firstMove(world, execution),
    ...actions,
    ...idempotencyActions(world, execution, options),
    ...numberActions(execution),
    ...afterActions(world, execution),
    ...tickLater(world, execution),
  ]);
  if (reply.kind !== "committed") {
    const other = await seenBefore(world, principal, options);
    if (other !== undefined) return { execution: other, warnings: [], repeated: true };
    throw new VisibleError("unavailable", "The submission met another one: send it again.");
  }
  if (execution.after !== undefined) await releaseFrom(world, execution);
  await world.queues.decide.send([{ executionId: id }]);
  return { execution, warnings: prepared.warnings, repeated: false };
}

/** Submissions at a time: the store commits them together. */
const TOGETHER = 50;

/** One reply each, in order; a refused one stops no other. With a key, each item has its own, by position. */
export async function submitMany(
  world: World,
  principal: Principal,
  submissions: readonly Submission[],
  options: SubmitOptions = {},
): Promise<SubmitReply[]> {
  const replies: SubmitReply[] = [];
  for (let at = 0; at < submissions.length; at += TOGETHER) {
    const batch = submissions.slice(at, at + TOGETHER);
    const done = batch.map((submission, n) =>
      submitOne(world, principal, submission, keyed(options, at + n)),
    );
    replies.push(...(await Promise.all(done)));
  }
  return replies;
}

function keyed(options: SubmitOptions, position: number): SubmitOptions {
  const { idempotencyKey } = options;
  return idempotencyKey === undefined
    ? options
    : { ...options, idempotencyKey: `${idempotencyKey}#${position}` };
}

async function submitOne(
  world: World,
  principal: Principal,
  submission: Submission,
  options: SubmitOptions,
): Promise<SubmitReply> {
  try {
    return { kind: "accepted", ...(await submit(world, principal, submission, options)) };
  } catch (error) {
    if (!(error instanceof VisibleError)) throw error;
    const { code, message, faults } = error;
    return { kind: "refused", code, message, faults };
  }
}

async function seenBefore(
  world: World,
  { tenant, user }: Principal,
  { idempotencyKey, bodyHash }: SubmitOptions,
): Promise<Execution | undefined> {
  if (idempotencyKey === undefined) return undefined;
  const item = await world.store.get(keys.idempotency(tenant, user, idempotencyKey));
  if (item === undefined) return undefined;
  if (item.value.bodyHash !== (bodyHash ?? "")) {
    const text = `The Idempotency-Key ${idempotencyKey} was used for another submission: use a new key, or send the same body.`;
    throw new VisibleError("conflict", text);
  }
  const execution = await world.store.get(keys.execution(String(item.value.executionId)));
  return execution && read.execution(execution);
}

function idempotencyActions(
  world: World,
  { id, tenant, user }: Execution,
  { idempotencyKey, bodyHash }: SubmitOptions,
): Action[] {
  if (idempotencyKey === undefined) return [];
  const value = { executionId: id, bodyHash: bodyHash ?? "" };
  const expiresAt = Math.floor(world.now() / 1000) + DAY_SECONDS;
  const item = { ...keys.idempotency(tenant, user, idempotencyKey), value, expiresAt };
  return [{ kind: "put", item, condition: { absent: true } }];
}

function executionOf(
  world: World,
  principal: Principal,
  submission: Submission,
  { spec, engine }: Prepared,
  id: string,
): Execution {
  const { zapp } = spec;
  const maxTimeSeconds = submission.maxTimeSeconds ?? zapp.maxTimeSeconds;
  const queues = Object.keys(zapp.queues);
  return {
    ...{ id, tenant: principal.tenant, user: principal.user, zapp: zapp.name },
    ...{
      name: submission.name ?? zapp.name,
      labels: submission.labels,
      priority: submission.priority,
    },
    ...{ state: "queued", createdAt: world.now(), round: 1, engine, queues },
    services: zapp.services.map((service) => service.name),
    ...(maxTimeSeconds !== undefined && { maxTimeSeconds }),
    ...(submission.after !== undefined && { after: submission.after }),
  };
}

async function keepSecrets(
  world: World,
  { tenant, id }: Execution,
  { secrets, spec }: Prepared,
): Promise<void> {
  if (spec.zapp.services.some(({ run }) => run === "gang"))
    await world.secrets.put(tenant, gangSecretName(id), newTokenSecret());
  for (const [name, value] of Object.entries(secrets))
    await world.secrets.put(tenant, secretName(id, name), value);
}

/** Where the value of a secret parameter is kept, for its one execution. */
export function secretName(executionId: string, parameter: string): string {
  return `${executionId}.${parameter}`;
}

export async function createQueues(
  world: World,
  { id, tenant }: Pick<Execution, "id" | "tenant">,
  { zapp, source }: Pick<Spec, "zapp" | "source">,
): Promise<void> {
  const owner = ownerOf(tenant, source);
  for (const [queue, { leaseSeconds, maxAttempts }] of Object.entries(zapp.queues)) {
    const routes = zapp.routes.filter((route) => route.from === queue);
    const options = { leaseSeconds, maxAttempts, routes, owner };
    await world.tasks.create({ executionId: id, queue }, options);
  }
}

function firstMove(world: World, execution: Execution): Action[] {
  const at = world.now();
  const moves = [{ at, of: "execution", to: "queued", by: execution.user } as const];
  return [{ kind: "put", item: movesItem(execution.id, at, world.newId("mov"), moves) }];
}
