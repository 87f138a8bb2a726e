// A worker for Zoe's queues, in one file without dependencies: copy it beside your program, or into your image.
//
//   import { run } from "./zoe-worker.mjs";
//   await run(async (payload) => ({ words: payload.text.split(" ").length }));
//
// It speaks the runtime API at $ZOE_RUNTIME_API, which any language can speak: GET /next, POST /results.
import http from "node:http";

/** Work in hand is kept to about this much, so that others get their share and a stop is quick. */
const IN_HAND_MILLISECONDS = 100;
/** Tasks that are quicker than this follow each other without a pause for anything else. */
const TURN_MILLISECONDS = 5;
/** Of one request; Zoe takes 6 MB. */
const REPORT_CHARACTERS = 2_000_000;
const FIRST_PAUSE_MILLISECONDS = 100;
const LONGEST_PAUSE_MILLISECONDS = 5000;

/**
 * Runs `handler(payload, task)` for each task of this worker's queue, until Zoe says that there is nothing left to do. What the handler
 * returns (any JSON value) is the task's result; what it throws makes the task fail, to be tried again as the queue allows. `task` has
 * `id`, `attempts` (failures before) and `signal` (aborted when the worker is asked to stop: finish, or throw to give up).
 *
 * @param {(payload: any, task: {id: string, attempts: number, signal: AbortSignal}) => any} handler
 * @param {object} [options]
 * @param {number} [options.concurrency] handlers at the same time, for those that wait for something. Default 1.
 * @param {number} [options.max] tasks in hand at most; fewer where they take long. Default 256.
 * @param {number} [options.patienceSeconds] how long Zoe may be out of reach before this gives up. Default 120.
 * @param {string} [options.url] default $ZOE_RUNTIME_API.
 * @returns {Promise<{done: number, failed: number, reason: string}>} what it did, and why it left.
 */
export async function run(handler, options = {}) {
  const { concurrency = 1, max = Math.max(256, concurrency), patienceSeconds = 120 } = options;
  const url = options.url ?? process.env.ZOE_RUNTIME_API;
  if (!url)
    throw new Error(
      "ZOE_RUNTIME_API is not set: this program is started by Zoe, as a service with `run: worker`.",
    );
  const worker = new Worker(handler, { concurrency, max, patienceSeconds, url });
  const stop = () => worker.stop();
  process.once("SIGTERM", stop);
  try {
    return await worker.run();
  } finally {
    process.removeListener("SIGTERM", stop);
  }
}

class Worker {
  #handler;
  #options;
  #zoe;
  #stopping = new AbortController();
  /** Leased and not begun; begun; done and not reported. */
  #inbox = [];
  #running = 0;
  #reports = [];
  #reporting = 0;
  #isAsking = false;
  #isSending = false;
  #isPumping = false;
  /** When others last had their turn. */
  #turnedAt = 0;
  #reason = "";
  #counts = { done: 0, failed: 0 };
  /** Mean time of a task; unknown before the first. */
  #meanMilliseconds = IN_HAND_MILLISECONDS;
  #end = Promise.withResolvers();

  constructor(handler, options) {
    this.#handler = handler;
    this.#options = options;
    this.#zoe = new Zoe(options.url, options.patienceSeconds * 1000);
  }

  async run() {
    this.#pump();
    try {
      await this.#end.promise;
      return { ...this.#counts, reason: this.#reason };
    } finally {
      this.#zoe.close();
    }
  }

  /** Leases no more, finishes what it holds. */
  stop() {
    this.#reason ||= "stopped";
    this.#stopping.abort(new Error("The worker was asked to stop."));
    this.#zoe.hangUp();
    this.#pump();
  }

  /** Whatever can go on goes on; called after everything that happened. First what goes to Zoe, then, while that is under way, the work. */
  #pump() {
    if (this.#isPumping) return;
    this.#isPumping = true;
    setImmediate(() => {
      this.#isPumping = false;
      if (this.#reports.length > 0 && !this.#isSending) this.#attempt(() => this.#send());
      else if (this.#room() > 0 && !this.#isAsking && !this.#isSending)
        this.#attempt(() => this.#ask());
      if (this.#reason && this.#inHand() === 0 && !this.#isAsking) this.#end.resolve();
      setImmediate(() => {
        this.#turnedAt = performance.now();
        this.#work();
      });
    });
  }

  #work() {
    while (this.#running < this.#options.concurrency && this.#inbox.length > 0)
      void this.#begin(this.#inbox.shift());
  }

  #attempt(step) {
    step().then(() => this.#pump(), this.#end.reject);
  }

  #inHand() {
    return this.#inbox.length + this.#running + this.#reports.length + this.#reporting;
  }

  /** How many more tasks to take in hand. */
  #room() {
    if (this.#reason) return 0;
    const { concurrency, max } = this.#options;
    const ahead = Math.ceil(
      (IN_HAND_MILLISECONDS / Math.max(this.#meanMilliseconds, 0.01)) * concurrency,
    );
    return Math.min(max, Math.max(ahead, concurrency)) - this.#inbox.length - this.#running;
  }

  async #ask() {
    this.#isAsking = true;
    try {
      this.#take(await this.#zoe.next(this.#room()));
    } finally {
      this.#isAsking = false;
    }
  }

  /** Reports what is done, and brings the next tasks back. */
  async #send() {
    const reports = this.#cutReports();
    this.#isSending = true;
    this.#reporting = reports.length;
    try {
      this.#take(await this.#zoe.results(reports, this.#isAsking ? 0 : this.#room()));
    } finally {
      this.#reporting = 0;
      this.#isSending = false;
    }
  }

  #cutReports() {
    let characters = 0;
    let count = 0;
    for (; count < this.#reports.length && characters < REPORT_CHARACTERS; count++)
      characters += this.#reports[count].length;
    return this.#reports.splice(0, count);
  }

  #take({ leases = [], leave }) {
    if (leave) this.#reason ||= leave;
    this.#inbox.push(...leases);
  }

  async #begin({ lease, task, payload, attempts }) {
    this.#running++;
    const begun = performance.now();
    let report;
    try {
      const signal = this.#stopping.signal;
      report = reportOf(lease, await this.#handler(payload, { id: task, attempts, signal }));
      this.#counts.done++;
    } catch (error) {
      report = JSON.stringify({ lease, ok: false, error: textOf(error) });
      this.#counts.failed++;
    }
    this.#reports.push(report);
    this.#running--;
    const took = performance.now() - begun;
    const isFirst = this.#counts.done + this.#counts.failed === 1;
    this.#meanMilliseconds = isFirst ? took : this.#meanMilliseconds * 0.8 + took * 0.2;
    if (performance.now() < this.#turnedAt + TURN_MILLISECONDS) this.#work();
    this.#pump();
  }
}

function reportOf(lease, result) {
  return `{"lease":${JSON.stringify(lease)},"ok":true,"result":${JSON.stringify(result ?? null) ?? "null"}}`;
}

function textOf(error) {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

/** The runtime API. A call that does not get through is made again, for as long as patience lasts: a repeated report is no harm. */
class Zoe {
  #url;
  #patience;
  #agent = new http.Agent({ keepAlive: true });
  #poll;
  #isHungUp = false;

  constructor(url, patience) {
    this.#url = url;
    this.#patience = patience;
  }

  close() {
    this.#agent.destroy();
  }

  /** Ends a wait for tasks. */
  hangUp() {
    this.#isHungUp = true;
    this.#poll?.destroy();
  }

  async next(max) {
    const { status, text, hungUp } = await this.#call("GET", `/next?max=${max}`);
    if (hungUp || status === 204) return {};
    if (status === 200) return JSON.parse(text);
    if (status === 410) return { leave: JSON.parse(text).reason };
    throw refused("GET /next", status, text);
  }

  async results(reports, next) {
    const query = next > 0 ? `?next=${next}` : "";
    const { status, text } = await this.#call("POST", `/results${query}`, `[${reports.join(",")}]`);
    if (status === 200) return JSON.parse(text);
    if (status === 400) return this.results(corrected(reports, text), next);
    throw refused("POST /results", status, text);
  }

  async #call(method, path, body) {
    const giveUpAt = performance.now() + this.#patience;
    for (
      let pause = FIRST_PAUSE_MILLISECONDS;
      ;
      pause = Math.min(pause * 2, LONGEST_PAUSE_MILLISECONDS)
    ) {
      try {
        const answer = await this.#once(method, path, body);
        if (answer.status < 500) return answer;
        throw refused(`${method} ${path}`, answer.status, answer.text);
      } catch (error) {
        if (method === "GET" && this.#isHungUp) return { hungUp: true };
        if (performance.now() + pause > giveUpAt) throw error;
        await new Promise((resolve) => setTimeout(resolve, pause));
      }
    }
  }

  #once(method, path, body) {
    return new Promise((resolve, reject) => {
      const headers =
        body === undefined
          ? {}
          : { "content-type": "application/json", "content-length": Buffer.byteLength(body) };
      const request = http.request(
        this.#url + path,
        { method, agent: this.#agent, headers },
        (response) => {
          const chunks = [];
          response.on("data", (chunk) => chunks.push(chunk));
          response.on("error", reject);
          response.on("end", () =>
            resolve({ status: response.statusCode, text: Buffer.concat(chunks).toString() }),
          );
        },
      );
      if (method === "GET") this.#poll = request;
      request.on("error", reject);
      request.end(body);
    });
  }
}

/** The same reports, where those that Zoe can't read say so: their tasks fail with that reason. */
function corrected(reports, problem) {
  const { errors = [] } = JSON.parse(problem);
  const details = new Map(
    errors.map(({ pointer, detail }) => [Number(pointer.split("/")[1]), detail]),
  );
  if (!reports.some((_, index) => details.has(index))) throw refused("POST /results", 400, problem);
  return reports.map((report, index) => {
    if (!details.has(index)) return report;
    return JSON.stringify({
      lease: JSON.parse(report).lease,
      ok: false,
      error: details.get(index),
    });
  });
}

function refused(call, status, text) {
  return new Error(
    `Zoe answered ${call} with ${status}: ${text.slice(0, 500) || "this worker is not known (any more)"}`,
  );
}
