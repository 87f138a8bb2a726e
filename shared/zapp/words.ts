// What is executed for a service's command: words as they are, the rest by the shell.
import type { Command } from "./service.ts";

/** A failing step ends a script; a failing part of a pipe too, where the shell knows how (not every /bin/sh does). On one line with the script's first, so that its line numbers are right. */
const SCRIPT_BEGINS = "set -eu; (set -o pipefail) 2>/dev/null && set -o pipefail; ";

export function wordsOf(command: Command): readonly string[] {
  switch (command.kind) {
    case "exec":
      return command.words;
    case "shell":
      return ["/bin/sh", "-c", command.text];
    case "script":
      return ["/bin/sh", "-c", SCRIPT_BEGINS + command.text, "script"];
  }
}
