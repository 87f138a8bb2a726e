// A command in a container that runs, with what it writes.
import { setTimeout as sleep } from "node:timers/promises";
import type Docker from "dockerode";
import { EXEC_LIMITS, type ExecReply } from "#functions/backend.ts";
import { framesOf } from "./program-log.ts";

/** Gangs: a launcher that starts a rank on another node can stand on this, with the node's container. */
export async function execIn(
  container: Docker.Container,
  words: readonly string[],
): Promise<ExecReply> {
  const made = await container.exec({ Cmd: [...words], AttachStdout: true, AttachStderr: true });
  const stream = await made.start({ hijack: false, stdin: false });
  const over = new AbortController();
  const { seconds } = EXEC_LIMITS;
  const late = sleep(seconds * 1000, true, { signal: over.signal }).catch(() => false);
  const output = collect(stream as unknown as AsyncIterable<Buffer>);
  // When it is late, its stream is cut under the reader.
  output.catch(() => {});
  try {
    const written = await Promise.race([output, late]);
    if (typeof written === "boolean") return { kind: "late", seconds };
    const { ExitCode } = await made.inspect();
    return { kind: "ended", exitCode: ExitCode ?? 0, ...written };
  } finally {
    over.abort();
    stream.destroy();
  }
}

async function collect(stream: AsyncIterable<Buffer>) {
  const parts: Record<"stdout" | "stderr", Uint8Array[]> = { stdout: [], stderr: [] };
  let room: number = EXEC_LIMITS.outputBytes;
  let isCut = false;
  for await (const { isError, bytes } of framesOf(stream)) {
    isCut ||= bytes.length > room;
    const kept = bytes.subarray(0, room);
    room -= kept.length;
    parts[isError ? "stderr" : "stdout"].push(kept);
  }
  const textOf = (chunks: readonly Uint8Array[]) => Buffer.concat(chunks).toString();
  return { stdout: textOf(parts.stdout), stderr: textOf(parts.stderr), isCut };
}
