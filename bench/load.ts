// A small load generator over raw sockets: one request at a time on each connection, latencies kept. Light, since it shares the machine with what it measures.
import { connect, type Socket } from "node:net";

export interface LoadResult {
  readonly requests: number;
  readonly seconds: number;
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** Answers by status. */
  readonly statuses: ReadonlyMap<number, number>;
}

export interface LoadOptions {
  readonly url: string;
  readonly connections: number;
  readonly requests: number;
  /** The whole request of that number, head and body. */
  readonly request: (n: number) => Buffer;
}

/** An HTTP request as bytes. */
export function requestBytes(
  method: string,
  url: URL,
  token: string,
  body = "",
  type = "application/json",
): Buffer {
  const head = [
    `${method} ${url.pathname}${url.search} HTTP/1.1`,
    `host: ${url.host}`,
    `authorization: Bearer ${token}`,
    ...(body ? [`content-type: ${type}`, `content-length: ${Buffer.byteLength(body)}`] : []),
  ];
  return Buffer.from(`${head.join("\r\n")}\r\n\r\n${body}`);
}

export async function load({
  url,
  connections,
  requests,
  request,
}: LoadOptions): Promise<LoadResult> {
  const { hostname, port } = new URL(url);
  const latencies = new Float64Array(requests);
  const statuses = new Map<number, number>();
  let next = 0;
  let done = 0;
  const begin = performance.now();
  const one = async () => {
    const line = new Line(await open(hostname, Number(port)));
    while (next < requests) {
      const at = performance.now();
      const { status } = await line.ask(request(next++));
      latencies[done++] = performance.now() - at;
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
    }
    line.close();
  };
  await Promise.all(Array.from({ length: connections }, one));
  const seconds = (performance.now() - begin) / 1000;
  latencies.sort();
  const at = (share: number) =>
    latencies[Math.min(requests - 1, Math.floor(requests * share))] ?? 0;
  return {
    requests,
    seconds,
    perSecond: requests / seconds,
    p50Ms: at(0.5),
    p99Ms: at(0.99),
    statuses,
  };
}

function open(host: string, port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, host, () => resolve(socket));
    socket.setNoDelay(true);
    socket.once("error", reject);
  });
}

/** One connection; answers must say their length. */
class Line {
  readonly #socket: Socket;
  #pending: Buffer = Buffer.alloc(0);
  #answered: ((answer: { status: number; body: string }) => void) | undefined;

  constructor(socket: Socket) {
    this.#socket = socket;
    socket.on("data", (chunk: Buffer) => {
      this.#pending = this.#pending.length === 0 ? chunk : Buffer.concat([this.#pending, chunk]);
      this.#read();
    });
  }

  ask(request: Buffer): Promise<{ status: number; body: string }> {
    return new Promise((resolve) => {
      this.#answered = resolve;
      this.#socket.write(request);
    });
  }

  close(): void {
    this.#socket.destroy();
  }

  #read(): void {
    const headEnd = this.#pending.indexOf("\r\n\r\n");
    if (headEnd === -1) return;
    const head = this.#pending.toString("latin1", 0, headEnd);
    const length = Number(/\r\ncontent-length: *(\d+)/i.exec(head)?.[1] ?? 0);
    const end = headEnd + 4 + length;
    if (this.#pending.length < end) return;
    const body = this.#pending.toString("utf8", headEnd + 4, end);
    this.#pending = this.#pending.subarray(end);
    this.#answered?.({ status: Number(head.slice(9, 12)), body });
  }
}
