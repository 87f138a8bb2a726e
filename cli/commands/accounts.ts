// `zoe tenant`, `user`, `token`, `secret`: who may do what, and what programs are given in secret.
import { readFileSync, writeFileSync } from "node:fs";
import type { Command } from "commander";
import { answer, type Cli, sessionOf } from "#cli/cli.ts";
import { collectItems } from "#cli/client/pages.ts";
import { readSecret } from "#cli/read-secret.ts";
import { countOf } from "#cli/run/options.ts";
import { showTable } from "#cli/show/execution.ts";
import { clock } from "#cli/show/words.ts";
import type { TenantAnswer, TokenAnswer, TokenRequest, UserAnswer } from "#shared/api/account.ts";
import { group, named } from "./group.ts";

export function tenantCommand(cli: Cli): Command {
  return group({
    usage: "tenant",
    summary: "List, make and delete tenants: the projects that own users, executions and quotas",
    examples: ["zoe tenant", "zoe tenant put hospital --title 'Hospital of Trento'"],
    list: (command) => async () => {
      const session = sessionOf(cli, command);
      const items = await collectItems(session.client.tenants());
      answer(session, { items }, () => showTable(session.terminal, TENANTS, items));
    },
    parts: [
      named(
        "put <name>",
        "Make a tenant, or change its title",
        "zoe tenant put hospital --title Hospital",
      )
        .option("--title <text>", "for people")
        .action(async (name: string, options: { title?: string }, command: Command) => {
          const session = sessionOf(cli, command);
          const tenant = await session.client.putTenant(name, options.title);
          answer(session, tenant, () => session.terminal.note(`There is a tenant ${name}.`));
        }),
      named("delete <name>", "Delete a tenant without users", "zoe tenant delete hospital").action(
        async (name: string, _: object, command: Command) => {
          const session = sessionOf(cli, command);
          await session.client.deleteTenant(name);
          session.terminal.note(`The tenant ${name} is gone.`);
        },
      ),
    ],
  });
}

const TENANTS = [
  { title: "TENANT", of: ({ name }: TenantAnswer) => name },
  { title: "TITLE", of: ({ title }: TenantAnswer) => title ?? "", least: 12 },
  { title: "MADE", of: ({ createdAt }: TenantAnswer) => clock(createdAt), goes: 1 },
] as const;

interface Elsewhere {
  readonly tenant?: string;
}

const TENANT = ["--tenant <name>", "in this tenant (for administrators)"] as const;

export function userCommand(cli: Cli): Command {
  return group({
    usage: "user",
    summary: "List, make and delete users and their roles",
    examples: ["zoe user", "zoe user put ada --role user"],
    list: (command) => async (options: Elsewhere) => {
      const session = sessionOf(cli, command);
      const items = await collectItems(session.client.users(options.tenant));
      answer(session, { items }, () => showTable(session.terminal, USERS, items));
    },
    option: TENANT,
    parts: [
      named("put <name>", "Make a user, or change her role", "zoe user put ada --role operator")
        .requiredOption(
          "--role <role>",
          "user (own executions), operator (the tenant's) or administrator (all)",
        )
        .option(...TENANT)
        .action(async (name: string, options: Elsewhere & { role: string }, command: Command) => {
          const session = sessionOf(cli, command);
          const user = await session.client.putUser(name, options.role, tenantOf(command));
          answer(session, user, () =>
            session.terminal.note(
              `${name} of ${user.tenant} has the role ${user.role}. A token for her: zoe token create --user ${name} --scope submit`,
            ),
          );
        }),
      named(
        "delete <name>",
        "Delete a user; her tokens open nothing any more",
        "zoe user delete ada",
      )
        .option(...TENANT)
        .action(async (name: string, _: Elsewhere, command: Command) => {
          const session = sessionOf(cli, command);
          await session.client.deleteUser(name, tenantOf(command));
          session.terminal.note(`The user ${name} is gone.`);
        }),
    ],
  });
}

/** The group and its parts have the same option: whichever was given. */
function tenantOf(command: Command): string | undefined {
  return command.optsWithGlobals<Elsewhere>().tenant;
}

const USERS = [
  { title: "USER", of: ({ name }: UserAnswer) => name },
  { title: "ROLE", of: ({ role }: UserAnswer) => role },
  { title: "TENANT", of: ({ tenant }: UserAnswer) => tenant },
  { title: "MADE", of: ({ createdAt }: UserAnswer) => clock(createdAt), goes: 1 },
] as const;

interface TokenOptions extends Elsewhere {
  readonly scope: TokenRequest["scope"];
  readonly user?: string;
  readonly name?: string;
  readonly days?: string;
  readonly out?: string;
}

export function tokenCommand(cli: Cli): Command {
  return group({
    usage: "token",
    summary: "List, make and revoke API tokens",
    examples: ["zoe token", "zoe token create --scope submit --days 30 --out ada.token"],
    list: (command) => async (options: Elsewhere) => {
      const session = sessionOf(cli, command);
      const items = await collectItems(session.client.tokens(options.tenant));
      answer(session, { items }, () => showTable(session.terminal, TOKENS, items));
    },
    option: TENANT,
    parts: [
      named(
        "create",
        "Make a token; its secret is shown this once",
        "zoe token create --scope read --name dashboard",
      )
        .requiredOption("--scope <scope>", "read, submit or admin")
        .option("--user <name>", "whose; without it your own")
        .option(...TENANT)
        .option("--name <text>", "what it is for")
        .option("--days <n>", "how long it is good; without it until it is revoked")
        .option(
          "--out <file>",
          "write the secret to a file only you can read, instead of showing it",
        )
        .action(async (options: TokenOptions, command: Command) => {
          const session = sessionOf(cli, command);
          const { scope, user, name, days, out } = options;
          const tenant = tenantOf(command);
          const made = await session.client.makeToken({
            scope,
            ...(user !== undefined && { user }),
            ...(tenant !== undefined && { tenant }),
            ...(name !== undefined && { name }),
            ...(days !== undefined && { expiresInDays: countOf(days, "--days") }),
          });
          if (out !== undefined) {
            writeFileSync(out, `${made.secret}\n`, { mode: 0o600 });
            session.terminal.note(`The token ${made.token.id} is in ${out}.`);
          } else {
            answer(session, made, () => session.terminal.say(made.secret));
            session.terminal.note(`This is ${made.token.id}. It is shown this once: keep it safe.`);
          }
        }),
      named(
        "revoke <id>",
        "Revoke a token: it opens nothing any more",
        "zoe token revoke tok_01JABCDEFGHJKMNPQRSTVWXYZ0",
      )
        .option(...TENANT)
        .action(async (id: string, _: Elsewhere, command: Command) => {
          const session = sessionOf(cli, command);
          await session.client.revokeToken(id, tenantOf(command));
          session.terminal.note(`The token ${id} is revoked.`);
        }),
    ],
  });
}

const TOKENS = [
  { title: "TOKEN", of: ({ id }: TokenAnswer) => id },
  { title: "SCOPE", of: ({ scope }: TokenAnswer) => scope },
  { title: "USER", of: ({ user }: TokenAnswer) => user, least: 6 },
  { title: "FOR", of: ({ name }: TokenAnswer) => name ?? "", least: 6, goes: 3 },
  {
    title: "EXPIRES",
    of: ({ expiresAt }: TokenAnswer) => (expiresAt === undefined ? "never" : clock(expiresAt)),
    goes: 1,
  },
  {
    title: "LAST USED",
    of: ({ lastUsedAt }: TokenAnswer) => (lastUsedAt === undefined ? "never" : clock(lastUsedAt)),
    goes: 2,
  },
] as const;

export function secretCommand(cli: Cli): Command {
  return group({
    usage: "secret",
    summary: "List, set and delete secrets; their values are never shown",
    examples: ["zoe secret", "zoe secret put boinc-key < key.txt"],
    list: (command) => async () => {
      const session = sessionOf(cli, command);
      const secrets = await session.client.secrets();
      answer(session, secrets, () => {
        for (const name of secrets.names) session.terminal.say(name);
        if (secrets.names.length === 0) session.terminal.note("There are none.");
      });
    },
    parts: [
      named(
        "put <name>",
        "Set a secret: its value is read from stdin, never from the command line",
        "zoe secret put boinc-key < key.txt",
      )
        .option("--file <file>", "read the value from a file")
        .action(async (name: string, options: { file?: string }, command: Command) => {
          const session = sessionOf(cli, command);
          const value =
            options.file === undefined
              ? await readSecret(cli, `Value of ${name}: `)
              : readFileSync(options.file, "utf8").replace(/\r?\n$/, "");
          await session.client.putSecret(name, value);
          session.terminal.note(`The secret ${name} is set, for programs that start from now on.`);
        }),
      named("delete <name>", "Delete a secret", "zoe secret delete boinc-key").action(
        async (name: string, _: object, command: Command) => {
          const session = sessionOf(cli, command);
          await session.client.deleteSecret(name);
          session.terminal.note(`The secret ${name} is gone.`);
        },
      ),
    ],
  });
}
