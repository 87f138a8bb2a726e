// A day in the AWS body, over the double: what tenants do with it, so that every function and every kind of program makes its calls. They are recorded.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { RecordedCall } from "#test/aws/recorder.ts";
import { AwsError } from "#test/aws/service.ts";
import { functionsCast, type Program } from "#test/aws/story/functions-cast.ts";
import { IdleClock } from "#test/aws/story/idle-clock.ts";
import { worker } from "#test/aws/story/programs.ts";
import { openStand, type Stand } from "#test/aws/story/stand.ts";

const NOON = Date.UTC(2026, 0, 1, 12);
const DAY = 86_400_000;

/** Workers fail what they are told to; what is to stay stays; everything else leaves a file. */
const program: Program = async (setting) => {
  if (setting.spec.worker) return await answering(setting);
  await setting.pause(2000);
  while (setting.spec.service === "stays" && !setting.told.aborted) await setting.pause(1000);
  mkdirSync(join(setting.folder, "out"), { recursive: true });
  writeFileSync(join(setting.folder, "out", "result.txt"), "done\n");
  return 0;
};
const answering = worker(({ lease, payload }) =>
  JSON.stringify(payload).includes("poison")
    ? { lease, ok: false, error: "It could not be read." }
    : { lease, ok: true, result: payload },
);

const service = (run: string, more: object = {}) => ({
  ...{ name: "main", run, image: "busybox", command: ["sh", "-c", "true"] },
  ...{ resources: { cpu: 0.25, memory: "512MiB" }, ...more },
});
const own = (...services: object[]) => ({ version: 4, name: "own", services });

export interface Day {
  readonly calls: readonly RecordedCall[];
  readonly stand: Stand;
  /** How each execution ended, by what it was. */
  readonly outcomes: Readonly<Record<string, string>>;
  close(): Promise<void>;
}

/** A clock that can also jump, over what nobody needs to see. */
class JumpingClock extends IdleClock {
  #jumped = 0;

  override now(): number {
    return super.now() + this.#jumped;
  }

  jump(milliseconds: number): void {
    this.#jumped += milliseconds;
  }
}

export async function liveThroughADay(): Promise<Day> {
  const clock = new JumpingClock(NOON);
  const calls: RecordedCall[] = [];
  const stand = await clock.during(
    openStand({
      clock,
      environment: { ZOE_RETENTION_DAYS: "1" },
      cast: (cloud) => functionsCast(cloud, { program }),
      record: (call) => calls.push(call),
    }),
  );
  const day = new Living(stand, clock);
  await day.administer();
  await day.runOfEachKind();
  await day.tasks();
  await day.loseAnswers();
  await day.lookAround();
  await day.forget();
  return {
    ...{ calls, stand, outcomes: day.outcomes },
    close: () => clock.during(stand.close()),
  };
}

class Living {
  readonly outcomes: Record<string, string> = {};
  readonly #stand: Stand;
  readonly #clock: JumpingClock;

  constructor(stand: Stand, clock: JumpingClock) {
    this.#stand = stand;
    this.#clock = clock;
  }

  async ask(method: string, path: string, body?: unknown) {
    const answer = await this.#clock.during(this.#stand.api.ask(method, path, body));
    if (answer.status >= 400)
      throw new Error(`${method} ${path}: ${answer.status} ${answer.bytes}`);
    return answer.json;
  }

  async upload(body: Uint8Array): Promise<string> {
    const { api, token } = this.#stand;
    const headers = {
      ...{ authorization: `Bearer ${token}`, "content-type": "application/octet-stream" },
    };
    const asked = { method: "POST", path: "/v1/uploads", headers, body };
    return (await this.#clock.during(api.pass(asked))).json.id;
  }

  async wait(milliseconds: number) {
    const end = this.#clock.now() + milliseconds;
    await this.#clock.runUntil(() => this.#clock.now() >= end, milliseconds + 1000);
  }

  async submit(submission: object): Promise<string> {
    return (await this.ask("POST", "/v1/executions", submission)).execution.id;
  }

  async reaches(id: string, wanted: string) {
    for (let round = 0; round < 60; round++) {
      const found = await this.ask("GET", `/v1/executions/${id}`);
      if (found.state === "ended" || found.state === wanted) return found;
      await this.wait(5000);
    }
    const why = await this.ask("GET", `/v1/executions/${id}/why`);
    throw new Error(`${id} did not come to be ${wanted}: ${JSON.stringify(why)}`);
  }

  async ends(what: string, id: string) {
    const { outcome } = await this.reaches(id, "ended");
    this.outcomes[what] = outcome.kind;
  }

  async administer() {
    await this.ask("PUT", "/v1/tenants/physics", {});
    await this.ask("PUT", "/v1/secrets/token", { value: "1234" });
    await this.ask("PUT", "/v1/secrets/token", { value: "5678" });
    await this.ask("PUT", "/v1/secrets/other", { value: "1234" });
    await this.ask("DELETE", "/v1/secrets/other");
    await this.ask("PUT", "/v1/secrets/other", { value: "again" });
    const description = { ...own(service("once")), name: "mine" };
    await this.ask("PUT", "/v1/zapps/mine", { description });
  }

  async runOfEachKind() {
    const upload = await this.upload(new Uint8Array(1000));
    await this.ask("DELETE", `/v1/uploads/${await this.upload(new Uint8Array(20_000_000))}`);
    const once = service("once", {
      ...{ secrets: { TOKEN: "token" }, environment: { LARGE: "x".repeat(9000) } },
      inputs: [{ from: `upload:${upload}`, to: "in" }],
      outputs: [{ path: "*.txt", to: "results" }],
    });
    const gang = service("gang", { nodes: 2, ranks: 2 });
    const ids: Record<string, string> = {
      hello: await this.submit({ zapp: "hello" }),
      "one's own": await this.submit({ description: own(once) }),
      "a zapp of one's own": await this.submit({ zapp: "mine" }),
      "an array": await this.submit({ description: own(service("array", { count: 3 })) }),
      "a gang": await this.submit({ description: own(gang) }),
    };
    for (const [what, id] of Object.entries(ids)) await this.ends(what, id);
    for (const run of ["forever", "array"]) {
      const count = run === "array" ? { count: 3 } : {};
      const stays = service(run, { ...count, name: "stays" });
      const id = await this.submit({ description: own(stays) });
      await this.reaches(id, "running");
      await this.wait(60_000);
      await this.ask("DELETE", `/v1/executions/${id}`);
      await this.ends(`one that is stopped, ${run}`, id);
    }
  }

  async tasks() {
    const id = await this.submit({ zapp: "document-classifier", parameters: { workers: 2 } });
    const queue = `/v1/executions/${id}/queues/documents`;
    const payload = (n: number) => (n % 10 === 0 ? "poison" : "x".repeat(200 * n));
    const tasks = Array.from({ length: 40 }, (_, n) => ({ id: `d${n}`, payload: payload(n) }));
    await this.ask("POST", `${queue}/tasks`, tasks);
    await this.ask("POST", `${queue}/tasks`, [{ id: "large", payload: "x".repeat(60_000) }]);
    await this.wait(300_000);
    await this.ask("POST", `${queue}/redrive`, {});
    await this.ask("POST", `${queue}/close`);
    await this.ends("tasks, some of which fail", id);
    await this.routed();
    await this.ask("GET", `${queue}/tasks/d1`);
    await this.ask("GET", `/v1/executions/${id}/results`);
    await this.ask("GET", `/v1/executions/${id}/queues/documents/failed`);
  }

  /** A queue that another one feeds is closed by whoever sees that one drained; and of one put nobody is told. */
  async routed() {
    const id = await this.submit({ zapp: "document-classifier-split" });
    const queue = `/v1/executions/${id}/queues/documents`;
    await this.reaches(id, "running");
    const { aws } = this.#stand;
    aws.faults = ({ operation, input }) =>
      operation === "SendMessageBatch" && JSON.stringify(input).includes("_feed")
        ? { kind: "refuse", error: new AwsError("AccessDenied", "Not today.") }
        : undefined;
    await this.ask("POST", `${queue}/tasks`, [{ id: "d1", payload: "x" }]);
    aws.faults = undefined;
    await this.ask("POST", `${queue}/close`);
    await this.ends("tasks on two levels", id);
  }

  /** The answers to two starts are lost: what they started is found by asking. */
  async loseAnswers() {
    const lost = new Set(["SubmitJob", "RunTask"]);
    this.#stand.aws.faults = ({ operation }) =>
      lost.delete(operation) ? { kind: "lostReply" } : undefined;
    const jobs = service("array", { count: 2 });
    for (const [what, one] of Object.entries({ job: jobs, task: service("once") }))
      await this.ends(
        `a ${what} whose start was not answered`,
        await this.submit({ description: own(one) }),
      );
    this.#stand.aws.faults = undefined;
  }

  async lookAround() {
    const { items } = await this.ask("GET", "/v1/executions");
    for (const { id } of items) {
      await this.ask("GET", `/v1/executions/${id}/events`);
      await this.ask("GET", `/v1/executions/${id}/instances`);
      const { services } = await this.ask("GET", `/v1/executions/${id}`);
      for (const { service } of services)
        await this.ask("GET", `/v1/executions/${id}/logs?service=${service}`);
      const files = await this.ask("GET", `/v1/executions/${id}/files`);
      for (const { path } of files.items)
        await this.ask("GET", `/v1/executions/${id}/files/${path}`);
    }
    await this.ask("GET", "/metrics");
  }

  /** Two days later the sweep takes away what is kept for one. */
  async forget() {
    this.#clock.jump(2 * DAY);
    await this.wait(5 * 60_000);
  }
}
