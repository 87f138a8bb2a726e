// Completion for bash, zsh and fish: the shell asks `zoe completion words` what may come next, so that it never grows old.
import { Argument, type Command } from "commander";
import type { Cli } from "./cli.ts";
import { newCommand } from "./command.ts";

const SHELLS = ["bash", "zsh", "fish"] as const;
type Shell = (typeof SHELLS)[number];

const SCRIPTS: Readonly<Record<Shell, string>> = {
  bash: `_zoe() {
  local IFS=$'\\n'
  COMPREPLY=($(compgen -W "$(zoe completion words -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)" -- "\${COMP_WORDS[COMP_CWORD]}"))
}
complete -o default -F _zoe zoe
`,
  zsh: `#compdef zoe
_zoe() {
  local -a found
  found=("\${(@f)$(zoe completion words -- "\${(@)words[2,CURRENT]}" 2>/dev/null)}")
  if (( \${#found} )) && [[ -n "\${found[1]}" ]]; then compadd -- $found; else _files; fi
}
compdef _zoe zoe
`,
  fish: `complete -c zoe -a '(zoe completion words -- (commandline -opc)[2..] (commandline -ct) 2>/dev/null)'
`,
};

export function completionCommand(cli: Cli): Command {
  const command = newCommand({
    usage: "completion",
    summary: "Print what makes your shell complete the words of zoe",
    examples: [
      "source <(zoe completion bash)",
      "zoe completion zsh > ~/.zsh/_zoe",
      "zoe completion fish | source",
    ],
  });
  const words = newCommand({
    usage: "words",
    summary: "What may stand at the end of the words that are given; for the shell",
    examples: ["zoe completion words -- queue re"],
  })
    .argument("[words...]")
    .action((given: readonly string[]) => {
      const root = command.parent ?? command;
      for (const word of nextWords(root, given)) cli.terminal.say(word);
    });
  return command
    .addArgument(new Argument("<shell>", "which").choices(SHELLS))
    .addCommand(words, { hidden: true })
    .action((shell: Shell) => cli.terminal.write(SCRIPTS[shell]));
}

/** Parts of the command that stands there, or its flags where a flag is begun. */
export function nextWords(root: Command, given: readonly string[]): string[] {
  const last = given.at(-1) ?? "";
  let command = root;
  for (const word of given.slice(0, -1)) {
    command = command.commands.find((part) => part.name() === word) ?? command;
  }
  if (!last.startsWith("-")) {
    return root
      .createHelp()
      .visibleCommands(command)
      .map((part) => part.name())
      .filter((name) => name.startsWith(last));
  }
  const flags = [...command.options, ...root.options].flatMap(({ long }) => long ?? []);
  return [...new Set([...flags, "--help"])].filter((flag) => flag.startsWith(last));
}
