// The main thread's end of the writer: calls of one turn of the event loop travel together, and resolve when they are durable.
import { Worker } from "node:worker_threads";
import { VisibleError } from "#shared/fault.ts";
import { errorOf } from "./failure.ts";
import type { Answer, Call } from "./group.ts";
import type { DatabaseModule, Operations } from "./module.ts";

export interface Writer {
  /** Runs one operation of a module in the writer's thread; resolves with its answer once it is durable. */
  call<Ops extends Operations, Name extends keyof Ops & string>(
    module: DatabaseModule<Ops>,
    operation: Name,
    args: Parameters<Ops[Name]>[0],
  ): Promise<ReturnType<Ops[Name]>>;
  /** The same where nobody is in a hurry: it shares the commit of the next call, or goes by itself two milliseconds later. */
  callWithNext: Writer["call"];
  /** Waits for what was called before; later calls are refused. */
  close(): Promise<void>;
}

interface Waiting {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
}

export function startWriter(path: string): Writer {
  const thread = new Worker(new URL("./writer-thread.ts", import.meta.url), {
    resourceLimits: { maxYoungGenerationSizeMb: 8 },
    workerData: path,
    execArgv: [],
  });
  const line = new Line((calls) => thread.postMessage(calls));
  thread.on("message", (answers: readonly Answer[]) => line.answer(answers));
  // A thread that fails is a bug of ours: nothing can be written any more, so the host ends, and starts again from what is durable.
  thread.on("error", (cause) => {
    line.end("The writer's thread failed.", cause);
    throw cause;
  });
  const ended = new Promise<void>((resolve) => {
    thread.on("exit", () => {
      line.end("The state database is closed.");
      resolve();
    });
  });

  return {
    call: (module, operation, args) => line.call([module.name, operation, args]) as Promise<never>,
    callWithNext: (module, operation, args) =>
      line.callWithNext([module.name, operation, args]) as Promise<never>,
    async close() {
      line.close();
      await ended;
    },
  };
}

const PATIENCE_MS = 2;

/** First in, first answered: the thread answers in the order of the calls, so that no ids are needed. */
class Line {
  readonly #post: (calls: readonly Call[] | undefined) => void;
  #next: Call[] = [];
  #waiting: Waiting[] = [];
  #answered = 0;
  #isDue = false;
  #patience: NodeJS.Timeout | undefined;
  #refusal: Error | undefined;

  constructor(post: (calls: readonly Call[] | undefined) => void) {
    this.#post = post;
  }

  call(call: Call): Promise<unknown> {
    if (!this.#isDue) process.nextTick(() => this.#flush());
    this.#isDue = true;
    return this.#add(call);
  }

  callWithNext(call: Call): Promise<unknown> {
    this.#patience ??= setTimeout(() => this.#flush(), PATIENCE_MS);
    return this.#add(call);
  }

  #add(call: Call): Promise<unknown> {
    if (this.#refusal) return Promise.reject(this.#refusal);
    this.#next.push(call);
    return new Promise((resolve, reject) => this.#waiting.push({ resolve, reject }));
  }

  answer(answers: readonly Answer[]): void {
    for (const answer of answers) {
      const waiting = this.#waiting[this.#answered++];
      if (answer.failure) waiting?.reject(errorOf(answer.failure));
      else waiting?.resolve(answer.value);
    }
    if (this.#answered < this.#waiting.length / 2) return;
    this.#waiting = this.#waiting.slice(this.#answered);
    this.#answered = 0;
  }

  close(): void {
    this.#flush();
    this.#post(undefined);
    this.#refusal ??= new VisibleError("unavailable", "The state database is closed.");
  }

  end(message: string, cause?: unknown): void {
    this.#refusal = new VisibleError("unavailable", message, [], { cause });
    for (const waiting of this.#waiting.slice(this.#answered)) waiting.reject(this.#refusal);
    this.#waiting = [];
    this.#answered = 0;
  }

  #flush(): void {
    clearTimeout(this.#patience);
    this.#patience = undefined;
    this.#isDue = false;
    if (this.#next.length === 0) return;
    const calls = this.#next;
    this.#next = [];
    this.#post(calls);
  }
}
