// What a program of the contract suites does, as a command of a shell.
import type { Command } from "#shared/zapp.ts";
import type { Play } from "./backend.ts";

export function commandFor(play: Play): Command {
  switch (play.does) {
    case "succeed":
      return { kind: "exec", words: ["true"] };
    case "fail":
      return { kind: "shell", text: `exit ${play.exitCode}` };
    case "stay":
      return { kind: "exec", words: ["sleep", "600"] };
    case "ignoreStops":
      return { kind: "shell", text: "trap '' TERM; while :; do sleep 600; done" };
    case "takeMemory":
      // tail keeps what it reads until a line ends; the pause lets a sampler look before it is all read.
      return { kind: "shell", text: `(head -c ${play.mib}m /dev/zero; sleep 600) | tail` };
  }
}
