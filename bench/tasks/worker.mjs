// A worker for the bench: independent loops that lease, do nothing and report, each on a connection of its own. It begins when its file is there.
//   node worker.mjs GO_FILE LOOPS LEASES
import { existsSync } from "node:fs";
import { connect } from "node:net";
import { setTimeout as after } from "node:timers/promises";

const [, , goFile = "", loops = "1", leases = "64"] = process.argv;
const url = new URL(process.env.ZOE_RUNTIME_API ?? "");

async function loop() {
  const line = new Line(await open());
  for (;;) {
    let answer = await line.ask("GET", `/next?max=${leases}`);
    if (answer.status === 410) break;
    let held = answer.status === 200 ? JSON.parse(answer.text).leases : [];
    while (held.length > 0) {
      const reports = held.map(({ lease }) => ({ lease, ok: true, result: null }));
      answer = await line.ask("POST", `/results?next=${leases}`, JSON.stringify(reports));
      if (answer.status !== 200) throw new Error(`${answer.status}: ${answer.text}`);
      held = JSON.parse(answer.text).leases;
    }
  }
  line.close();
}

function open() {
  return new Promise((resolve, reject) => {
    const socket = connect(Number(url.port), url.hostname, () => resolve(socket));
    socket.setNoDelay(true);
    socket.once("error", reject);
  });
}

/** One connection, one request at a time; answers say their length. */
class Line {
  #socket;
  #pending = Buffer.alloc(0);
  #answered = () => {};

  constructor(socket) {
    this.#socket = socket;
    socket.on("data", (chunk) => {
      this.#pending = this.#pending.length === 0 ? chunk : Buffer.concat([this.#pending, chunk]);
      this.#read();
    });
  }

  ask(method, path, body = "") {
    return new Promise((resolve) => {
      this.#answered = resolve;
      const length = body ? `content-length: ${Buffer.byteLength(body)}\r\n` : "";
      this.#socket.write(
        `${method} ${url.pathname}${path} HTTP/1.1\r\nhost: zoe\r\n${length}\r\n${body}`,
      );
    });
  }

  close() {
    this.#socket.destroy();
  }

  #read() {
    const headEnd = this.#pending.indexOf("\r\n\r\n");
    if (headEnd === -1) return;
    const head = this.#pending.toString("latin1", 0, headEnd);
    const end = headEnd + 4 + Number(/\r\ncontent-length: *(\d+)/i.exec(head)?.[1] ?? 0);
    if (this.#pending.length < end) return;
    const text = this.#pending.toString("utf8", headEnd + 4, end);
    this.#pending = this.#pending.subarray(end);
    this.#answered({ status: Number(head.slice(9, 12)), text });
  }
}

while (!existsSync(goFile)) await after(20);
await Promise.all(Array.from({ length: Number(loops) }, loop));
