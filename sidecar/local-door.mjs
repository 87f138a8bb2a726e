// The door of one execution on the container engine: takes connections from the execution's own network, and hands their bytes to the control
// plane's runtime API, whose socket only this container holds (local/backends/container/doors.ts). Plain JavaScript: it is mounted into an image of Node.
import { connect, createServer } from "node:net";

const PORT = 7421;
const SOCKET = "/door/runtime.sock";
/** Of all workers of an execution together. */
const MOST_CONNECTIONS = 20_000;

const server = createServer({ allowHalfOpen: true, noDelay: true }, (program) => {
  const runtime = connect({ path: SOCKET, allowHalfOpen: true });
  const end = () => {
    program.destroy();
    runtime.destroy();
  };
  for (const socket of [program, runtime]) socket.on("error", end).on("close", end);
  program.pipe(runtime);
  runtime.pipe(program);
});
server.maxConnections = MOST_CONNECTIONS;
server.listen(PORT, "0.0.0.0", () => process.stdout.write("ready\n"));
process.on("SIGTERM", () => process.exit(0));
