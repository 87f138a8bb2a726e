// A story that a test tells in virtual time: a stand, its clock, what was recorded and logged, and the words for asking its API.
import type { RecordedCall } from "#test/aws/recorder.ts";
import type { Answered } from "./api.ts";
import { type FunctionsOptions, functionsCast, type Program } from "./functions-cast.ts";
import { IdleClock } from "./idle-clock.ts";
import { openStand, type Stand, type StandOptions } from "./stand.ts";

const NOON = Date.UTC(2026, 0, 1, 12);

export interface Play {
  readonly stand: Stand;
  readonly clock: IdleClock;
  readonly calls: RecordedCall[];
  /** Lines of the functions' logs. */
  readonly lines: string[];
  ask(method: string, path: string, body?: unknown): Promise<Answered>;
  submit(submission: object): Promise<string>;
  /** Lets time pass until it has ended; answers how it then stands. */
  ended(id: string, limitMs?: number, everyMs?: number): ReturnType<Play["look"]>;
  // biome-ignore lint/suspicious/noExplicitAny: the API's own answer.
  look(id: string): Promise<any>;
  pass(milliseconds: number): Promise<void>;
  close(): Promise<void>;
}

export interface PlayOptions extends Partial<Omit<StandOptions, "clock" | "write">> {
  /** Of who plays in the containers. */
  readonly playing?: Omit<FunctionsOptions, "program">;
}

export async function openPlay(program: Program, options: PlayOptions = {}): Promise<Play> {
  const { playing = {}, record, ...more } = options;
  const clock = new IdleClock(NOON);
  const calls: RecordedCall[] = [];
  const lines: string[] = [];
  const stand = await clock.during(
    openStand({
      ...{ clock, cast: (cloud) => functionsCast(cloud, { ...playing, program }) },
      record: record ?? ((call) => calls.push(call)),
      write: (line) => lines.push(line),
      ...more,
    }),
  );
  const ask: Play["ask"] = (method, path, body) => clock.during(stand.api.ask(method, path, body));
  const look = async (id: string) => (await ask("GET", `/v1/executions/${id}`)).json;
  const pass = async (milliseconds: number) => {
    const until = clock.now() + milliseconds;
    clock.after(milliseconds, () => {});
    await clock.runUntil(() => clock.now() >= until, milliseconds);
  };
  return {
    ...{ stand, clock, calls, lines, ask, look, pass },
    async submit(submission) {
      const { status, json } = await ask("POST", "/v1/executions", submission);
      if (status !== 201) throw new Error(`It was not accepted: ${status} ${JSON.stringify(json)}`);
      return json.execution.id;
    },
    async ended(id, limitMs = 3_600_000, everyMs = 2000) {
      const until = clock.now() + limitMs;
      for (;;) {
        const json = await look(id);
        if (json?.state === "ended" || clock.now() >= until) return json;
        await pass(everyMs);
      }
    },
    close: () => clock.during(stand.close()),
  };
}
