// Reads what nobody should see: typed without an echo at a terminal, or from a pipe.
import { createInterface } from "node:readline";
import { Writable } from "node:stream";
import { VisibleError } from "#shared/fault.ts";
import type { Cli } from "./cli.ts";

export async function readSecret({ stdin }: Cli, question: string): Promise<string> {
  const value = stdin.isTTY ? await typed(stdin, question) : await piped(stdin);
  if (value !== "") return value;
  throw new VisibleError("invalid", "Wanted a value on stdin; nothing came.");
}

async function piped(stdin: Cli["stdin"]): Promise<string> {
  let text = "";
  for await (const part of stdin.setEncoding("utf8")) text += String(part);
  return text.replace(/\r?\n$/, "");
}

function typed(stdin: Cli["stdin"], question: string): Promise<string> {
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  const lines = createInterface({ input: stdin, output: nowhere, terminal: true });
  process.stderr.write(question);
  return new Promise<string>((resolve, reject) => {
    lines.once("SIGINT", () => reject(new VisibleError("invalid", "Nothing was changed.")));
    lines.question("", resolve);
  }).finally(() => {
    lines.close();
    process.stderr.write("\n");
  });
}
