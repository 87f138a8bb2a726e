// `zoe login`: keeps the server and a token, so that they need not be said again.
import type { Command } from "commander";
import { answer, type Cli, type GlobalOptions, sessionOf } from "#cli/cli.ts";
import { clientOf } from "#cli/client/client.ts";
import { newCommand } from "#cli/command.ts";
import { addressOf, configPath, DEFAULT_ADDRESS, readToken, writeConfig } from "#cli/config.ts";
import { Http } from "#cli/http.ts";
import { readSecret } from "#cli/read-secret.ts";

export function loginCommand(cli: Cli): Command {
  const command = newCommand({
    usage: "login [server]",
    summary: "Keep a server and its token, for the commands to come",
    examples: [
      "zoe login http://127.0.0.1:7420 --token-file ~/.local/state/zoe/admin-token",
      "zoe login https://zoe.example.org",
    ],
    more: "They are kept in ~/.config/zoe/config.json, readable by you alone, and tried before.",
  });
  return command.action(async (server: string | undefined) => {
    const { server: asked, tokenFile } = command.optsWithGlobals<GlobalOptions>();
    const { environment, terminal } = cli;
    const address = addressOf(server ?? asked ?? environment.ZOE_SERVER ?? DEFAULT_ADDRESS);
    const file = tokenFile ?? environment.ZOE_TOKEN_FILE;
    const token =
      file === undefined ? await readSecret(cli, `Token for ${address}: `) : readToken(file);
    const info = await clientOf(new Http({ address, token: token.trim() })).info();
    const path = configPath(environment);
    writeConfig(path, { server: address, token: token.trim() });
    answer(sessionOf(cli, command), { server: address, ...info.you }, () =>
      terminal.note(
        `You are ${info.you.user} of ${info.you.tenant} at ${address}. Kept in ${path}.`,
      ),
    );
  });
}
