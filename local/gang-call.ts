// Speaks to the agent that keeps a node of a gang (sidecar/gang/wire.c): a proof that the secret is known, then a command, its output and its end.
import { createHmac } from "node:crypto";
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { EXEC_LIMITS, type ExecReply } from "#functions/backend.ts";

export interface NodePlace {
  readonly address: string;
  readonly port: number;
  readonly secret: string;
}

const GREETING = "zoe-gang 1 ";
const FRAME = { in: 0, out: 1, err: 2, exit: 3, end: 5 } as const;
const HEAD_BYTES = 5;

/** The node's own user and environment; no input. Ends with the command, which goes when nobody waits for it any more. */
export async function callNode(place: NodePlace, words: readonly string[]): Promise<ExecReply> {
  const socket = connect({ host: place.address, port: place.port });
  const { seconds } = EXEC_LIMITS;
  let isLate = false;
  const deadline = setTimeout(() => {
    isLate = true;
    socket.destroy();
  }, seconds * 1000);
  try {
    const bytes = new Bytes(socket);
    const nonce = (await bytes.line()).slice(GREETING.length);
    socket.write(`${createHmac("sha256", place.secret).update(nonce).digest("hex")}\n`);
    if ((await bytes.line()) !== "yes") return { kind: "missing" };
    socket.write(orderOf(words));
    return await replyOf(bytes);
  } catch {
    return isLate ? { kind: "late", seconds } : { kind: "missing" };
  } finally {
    clearTimeout(deadline);
    socket.destroy();
  }
}

/** Where: the node's own folder; the words; nothing for the environment; no input. */
function orderOf(words: readonly string[]): Buffer {
  const end = frame(FRAME.end, "");
  const list = words.map((word) => frame(FRAME.in, word));
  return Buffer.concat([Buffer.from("run\n"), end, ...list, end, end, end]);
}

function frame(kind: number, text: string): Buffer {
  const body = Buffer.from(text);
  const head = Buffer.alloc(HEAD_BYTES);
  head.writeUInt8(kind, 0);
  head.writeUInt32BE(body.length, 1);
  return Buffer.concat([head, body]);
}

async function replyOf(bytes: Bytes): Promise<ExecReply> {
  const parts: Record<"stdout" | "stderr", Buffer[]> = { stdout: [], stderr: [] };
  let room: number = EXEC_LIMITS.outputBytes;
  let isCut = false;
  for (;;) {
    const head = await bytes.take(HEAD_BYTES);
    const body = await bytes.take(head.readUInt32BE(1));
    const kind = head.readUInt8(0);
    if (kind === FRAME.exit) {
      const textOf = (chunks: readonly Buffer[]) => Buffer.concat(chunks).toString();
      const written = { stdout: textOf(parts.stdout), stderr: textOf(parts.stderr) };
      return { kind: "ended", exitCode: body.readUInt8(0), ...written, isCut };
    }
    isCut ||= body.length > room;
    const kept = body.subarray(0, room);
    room -= kept.length;
    parts[kind === FRAME.err ? "stderr" : "stdout"].push(kept);
  }
}

/** Throws when the other side has gone. */
class Bytes {
  readonly #socket: Socket;
  #kept = Buffer.alloc(0);

  constructor(socket: Socket) {
    this.#socket = socket;
    socket.pause();
  }

  async line(): Promise<string> {
    for (;;) {
      const end = this.#kept.indexOf("\n");
      if (end >= 0) return (await this.take(end + 1)).toString().trimEnd();
      await this.#more();
    }
  }

  async take(count: number): Promise<Buffer> {
    while (this.#kept.length < count) await this.#more();
    const taken = this.#kept.subarray(0, count);
    this.#kept = this.#kept.subarray(count);
    return taken;
  }

  async #more(): Promise<void> {
    const chunk: Buffer | null = this.#socket.read();
    if (chunk !== null) this.#kept = Buffer.concat([this.#kept, chunk]);
    else if (this.#socket.readableEnded || this.#socket.destroyed) throw new Error("It has gone.");
    else await Promise.race([once(this.#socket, "readable"), once(this.#socket, "close")]);
  }
}
