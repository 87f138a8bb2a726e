// A socket in front of the container runtime's, which hands everything on but what it is told to hold.
import { connect, createServer, type Server, type Socket } from "node:net";

export class RuntimeProxy {
  readonly socket: string;
  readonly #target: string;
  readonly #server: Server;
  readonly #open = new Set<Socket>();
  #held: { readonly pattern: RegExp; readonly over: Promise<void> } | undefined;

  static async open(target: string, socket: string): Promise<RuntimeProxy> {
    const proxy = new RuntimeProxy(target, socket);
    await new Promise<void>((resolve) => proxy.#server.listen(socket, resolve));
    return proxy;
  }

  private constructor(target: string, socket: string) {
    this.#target = target;
    this.socket = socket;
    const server = createServer({ allowHalfOpen: true }, (client) => this.#pass(client));
    this.#server = server;
  }

  /** Requests whose head matches wait until the function that comes back is called. */
  hold(pattern: RegExp): () => void {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#held = { pattern, over: promise };
    return () => {
      this.#held = undefined;
      resolve();
    };
  }

  close(): void {
    for (const socket of this.#open) socket.destroy();
    this.#server.close();
  }

  #pass(client: Socket): void {
    const runtime = connect({ path: this.#target, allowHalfOpen: true });
    for (const socket of [client, runtime]) {
      this.#open.add(socket);
      socket.on("error", () => socket.destroy());
      socket.on("close", () => {
        this.#open.delete(socket);
        client.destroy();
        runtime.destroy();
      });
    }
    runtime.pipe(client);
    let before = Promise.resolve();
    client.on("data", (bytes: Buffer) => {
      const held = this.#held?.pattern.test(bytes.toString("latin1")) ? this.#held.over : undefined;
      before = before.then(() => held).then(() => void runtime.write(bytes));
    });
    client.on("end", () => void before.then(() => runtime.end()));
  }
}
