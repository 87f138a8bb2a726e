// A backend over AWS, safe to repeat: every call is stored before it is sent, and a lost answer is looked for before anything else is started.
// What then happens comes as events (aws-events.ts).
import type { Backend, InstanceLook, LaunchReply, LaunchRequest } from "#functions/backend.ts";
import type { Objects } from "#functions/objects.ts";
import { type InstanceId, instanceName, type Outcome } from "#shared/instance.ts";
import type { Capabilities } from "#shared/pool.ts";
import { type Bundle, bundles, instanceAt } from "./bundle.ts";
import type { Failure } from "./failure.ts";
import { type Family, idAt, type Sight } from "./family.ts";
import type { LaunchBook, LaunchRecord } from "./launch-book.ts";
import { stopText } from "./stop-reason.ts";
import type { TaskRoles } from "./task-roles.ts";

export interface AwsBackendParts {
  readonly family: Family;
  readonly book: LaunchBook;
  readonly roles: TaskRoles;
  readonly files: Pick<Objects, "put">;
  readonly now: () => number;
  /** Of a runtime API. */
  readonly newSecret: () => string;
}

/** What was launched may be missing from AWS's answers for so long: "back off up to five minutes". */
const VISIBLE_MS = 300_000;

const LOST: Outcome = { kind: "lost", reason: "A later generation takes its place." };

export class AwsBackend implements Backend {
  readonly name: string;
  readonly capabilities: Capabilities;
  readonly #parts: AwsBackendParts;
  #lastAttempt = 0;

  constructor(parts: AwsBackendParts) {
    this.name = parts.family.name;
    this.capabilities = parts.family.capabilities;
    this.#parts = parts;
  }

  async launch(requests: readonly LaunchRequest[]): Promise<readonly LaunchReply[]> {
    const { book, family } = this.#parts;
    const records = await book.find(requests.map(({ instance }) => instance));
    const replies = new Map<string, LaunchReply>();
    const known = new Map<LaunchRecord, LaunchRequest[]>();
    for (const [position, request] of requests.entries()) {
      const record = records[position];
      if (record !== undefined) known.set(record, [...(known.get(record) ?? []), request]);
    }
    for (const [record, mine] of known) {
      const settled = await this.#settled(record);
      for (const { instance } of mine) replies.set(keyOf(instance), replyOf(settled, instance));
    }
    const fresh = requests.filter((_, position) => records[position] === undefined);
    for (const group of bundles(fresh, (request) => family.most(request))) {
      const answers = await this.#begin(group);
      group.forEach(({ instance }, n) => {
        replies.set(keyOf(instance), answers[n] ?? later("AWS did not place it."));
      });
    }
    return requests.map(
      ({ instance }) => replies.get(keyOf(instance)) ?? later("It was not asked for."),
    );
  }

  async stop(instances: readonly InstanceId[], reason: Outcome): Promise<void> {
    const records = await this.#parts.book.find(instances);
    const wanted = new Map<LaunchRecord, number[]>();
    for (const [position, { index }] of instances.entries()) {
      const record = records[position];
      if (record !== undefined) wanted.set(record, [...(wanted.get(record) ?? []), index]);
    }
    for (const [record, indices] of wanted)
      await this.#parts.family.stop(record, indices, stopText(reason));
  }

  async look(instances: readonly InstanceId[]): Promise<readonly InstanceLook[]> {
    const records = await this.#parts.book.find(instances);
    const settled = new Map<LaunchRecord, Settled>();
    for (const record of new Set(records))
      if (record !== undefined) settled.set(record, await this.#settled(record));
    const ids = instances.flatMap(({ index }, position) => {
      const found = settledOf(settled, records[position]);
      return found?.kind === "found" ? (idAt(found.record, index) ?? []) : [];
    });
    const sights = await this.#parts.family.look([...new Set(ids)]);
    return Promise.all(
      instances.map(({ index }, position) =>
        this.#lookAt(settledOf(settled, records[position]), index, sights),
      ),
    );
  }

  async list(): Promise<readonly InstanceId[]> {
    const { family, book } = this.#parts;
    const found: InstanceId[] = [];
    for (const { bundle, id, offset, isWhole } of await family.list()) {
      if (isWhole) for (let n = 0; n < bundle.size; n++) found.push(instanceAt(bundle, n));
      else if (offset !== undefined) found.push(instanceAt(bundle, offset));
      else if (bundle.size === 1) found.push(instanceAt(bundle, 0));
      else {
        const record = await book.get(bundle);
        found.push(instanceAt(bundle, Math.max(0, record?.ids.indexOf(id) ?? 0)));
      }
    }
    return found;
  }

  /** A call that was asked before: its answer, looked for where it was lost. */
  async #settled(record: LaunchRecord): Promise<Settled> {
    if (record.ids.length > 0) return { kind: "found", record };
    const { family, book } = this.#parts;
    const resolved = await family.resolve(record);
    switch (resolved.kind) {
      case "found":
        await book.answer(record, resolved.ids);
        return { kind: "found", record: { ...record, ids: resolved.ids } };
      case "absent":
        await book.strike(record);
        return { kind: "absent" };
      case "unknown":
        return { kind: "unknown" };
    }
  }

  async #begin(group: readonly [LaunchRequest, ...LaunchRequest[]]): Promise<LaunchReply[]> {
    const [first] = group;
    const all = (reply: LaunchReply) => group.map(() => reply);
    if (await this.#isPredecessorAlive(group))
      return all(later("Its generation before has not ended yet."));
    const role = await this.#parts.roles.roleOf(first);
    if (role.kind === "preparing") return all(later("Its role is being prepared."));
    const bundle = this.#bundleOf(group);
    const composed = await this.#parts.family.compose(bundle, role.arn, this.#parts.newSecret());
    if (composed.kind === "refused") return all({ kind: "rejected", reason: composed.reason });
    if (composed.kind === "later") return all(later(composed.reason));
    const { call, file } = composed;
    if (file) await this.#parts.files.put(file.key, new TextEncoder().encode(file.content));
    const { requests, ...id } = bundle;
    const form = this.#parts.family.formOf(bundle);
    const record = { ...id, at: this.#parts.now(), call, form, ids: [] };
    if (!(await this.#parts.book.ask(record))) return all(later("It is asked for elsewhere."));
    return this.#send(record, requests, role.isYoung);
  }

  /** Tokens and names are never used again, and stored before they are. */
  #bundleOf(requests: Bundle["requests"]): Bundle {
    const { executionId, service, generation, index } = requests[0].instance;
    this.#lastAttempt = Math.max(this.#lastAttempt + 1, this.#parts.now());
    const size = requests.length;
    const attempt = this.#lastAttempt;
    return { executionId, service, generation, from: index, size, attempt, requests };
  }

  async #send(
    record: LaunchRecord,
    requests: Bundle["requests"],
    isYoung: boolean,
  ): Promise<LaunchReply[]> {
    const { book, family } = this.#parts;
    const sent = await family.send(record.call);
    if (sent.kind === "unknown") return requests.map(() => sent);
    const ids = sent.kind === "sent" || sent.kind === "started" ? sent.ids : [];
    const size = record.form === "tasks" ? ids.length : record.size;
    if (ids.length === 0) await book.strike(record);
    else await book.answer(record, ids, size);
    const failure = sent.kind === "sent" ? sent.failure : sent;
    const settled = { ...record, ids, size };
    return requests.map(({ instance }) =>
      ids.length > 0 && instance.index < record.from + size
        ? replyOf({ kind: "found", record: settled }, instance)
        : refusalOf(failure, isYoung),
    );
  }

  /** One generation of an index at a time; workers are not fenced. The one before is told to stop. */
  async #isPredecessorAlive(group: readonly [LaunchRequest, ...LaunchRequest[]]): Promise<boolean> {
    const [{ service, instance }] = group;
    if (service.run === "worker" || instance.generation === 1) return false;
    const before = group.map(({ instance }) => ({
      ...instance,
      generation: instance.generation - 1,
    }));
    const looks = await this.look(before);
    const alive = before.filter((_, n) => ["running", "unknown"].includes(looks[n]?.kind ?? ""));
    if (alive.length > 0) await this.stop(alive, LOST);
    return alive.length > 0;
  }

  async #lookAt(
    settled: Settled | undefined,
    index: number,
    sights: ReadonlyMap<string, Sight>,
  ): Promise<InstanceLook> {
    if (settled === undefined || settled.kind === "absent") return { kind: "gone" };
    if (settled.kind === "unknown") return { kind: "unknown" };
    const { record } = settled;
    const id = idAt(record, index) ?? "";
    const sight = sights.get(id);
    if (sight === undefined)
      return this.#parts.now() - record.at < VISIBLE_MS ? { kind: "unknown" } : { kind: "gone" };
    if (sight.kind === "starting") return { kind: "unknown" };
    if (sight.kind === "running") return { kind: "running", backendId: id };
    const { end, usage } = sight;
    if (end.kind !== "duplicate") return { kind: "ended", outcome: end, usage };
    return this.#adoptSibling(record);
  }

  /** The start that we know of lost its claim to another of the same bundle: that one is it. */
  async #adoptSibling(record: LaunchRecord): Promise<InstanceLook> {
    const ids = await this.#parts.family.sibling(record);
    if (ids === undefined) return { kind: "gone" };
    await this.#parts.book.answer(record, ids);
    return { kind: "unknown" };
  }
}

type Settled =
  | { readonly kind: "found"; readonly record: LaunchRecord }
  | { readonly kind: "absent" }
  | { readonly kind: "unknown" };

function settledOf(
  settled: ReadonlyMap<LaunchRecord, Settled>,
  record: LaunchRecord | undefined,
): Settled | undefined {
  return record && settled.get(record);
}

function replyOf(settled: Settled, { index }: InstanceId): LaunchReply {
  switch (settled.kind) {
    case "found": {
      const backendId = idAt(settled.record, index);
      return backendId === undefined
        ? later("AWS did not place it.")
        : { kind: "launched", backendId };
    }
    case "absent":
      return later("AWS never heard of it: it is asked again.");
    case "unknown":
      return {
        kind: "unknown",
        reason: "No answer came: it is looked for before it is asked again.",
      };
  }
}

function refusalOf(failure: Failure | undefined, isRoleYoung: boolean): LaunchReply {
  switch (failure?.kind) {
    case "refused":
      return { kind: "rejected", reason: `AWS refused it. ${failure.reason}` };
    case "roleNotReady":
      if (isRoleYoung) return later("Its role is being prepared.");
      return { kind: "rejected", reason: `Its role can't be assumed. ${failure.reason}` };
    case "throttled":
      return later("AWS asks us to go slower.");
    case "noCapacity":
      return later(`AWS has no room now. ${failure.reason}`);
    case "unknown":
      return { kind: "unknown", reason: failure.reason };
    case "started":
    case undefined:
      return later("AWS did not place it.");
  }
}

const later = (reason: string): LaunchReply => ({ kind: "noRoom", reason });

const keyOf = (instance: InstanceId) => `${instance.executionId}/${instanceName(instance)}`;
