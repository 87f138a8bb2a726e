// `zoe doctor` and `zoe backup`: whether all is well, and a copy of the state.
import { existsSync } from "node:fs";
import type { Command } from "commander";
import { answer, type Cli, sessionOf } from "#cli/cli.ts";
import { newCommand } from "#cli/command.ts";
import { configPath } from "#cli/config.ts";
import { Refused, Unreachable } from "#cli/http.ts";
import { type Finding, tellFindings } from "#cli/show/findings.ts";
import { bytes, count, duration, grouped } from "#cli/show/words.ts";
import type { Info } from "#shared/api/info.ts";
import { writeMib } from "#shared/units.ts";

export function doctorCommand(cli: Cli): Command {
  const command = newCommand({
    usage: "doctor",
    summary: "Look whether all is well: this machine, the server, your token, its engines",
    examples: ["zoe doctor", "zoe doctor --aws", "zoe doctor --aws --smoke"],
    more: "With --aws it looks at your account, its quotas and the stack there, with the credentials that `aws` uses.",
  });
  command
    .option("--aws", "look at the account in AWS and the stack in it")
    .option("--stack <name>", "the stack", "zoe")
    .option("--smoke", "try what no deployment has proven yet: 15 minutes, under a dollar");
  return command.action(async () => {
    const session = sessionOf(cli, command);
    const { aws, stack = "zoe", smoke } = command.opts<DoctorOptions>();
    if (aws === true) {
      // Its clients take a while to load, and nobody else needs them.
      const { doctorAws } = await import("./doctor-aws.ts");
      return doctorAws(session, { stack, isSmoke: smoke === true });
    }
    const config = configPath(cli.environment);
    const findings: Finding[] = [
      { what: "Node", isGood: true, detail: process.version },
      { what: "config", isGood: true, detail: existsSync(config) ? config : `none (${config})` },
      ...(await aboutServer(() => session.client.info(), session.server.address)),
    ];
    tellFindings(session, findings);
  });
}

interface DoctorOptions {
  readonly aws?: true;
  readonly stack?: string;
  readonly smoke?: true;
}

async function aboutServer(ask: () => Promise<Info>, address: string): Promise<Finding[]> {
  const begin = performance.now();
  try {
    const info = await ask();
    const took = duration((performance.now() - begin) / 1000);
    return [
      {
        what: "server",
        isGood: true,
        detail: `${address}, version ${info.version}, answered in ${took}`,
      },
      ...aboutYou(info),
      ...info.engines.flatMap(aboutEngine),
      { what: "limits", isGood: true, detail: limitsOf(info) },
    ];
  } catch (error) {
    if (error instanceof Refused)
      return [
        { what: "server", isGood: true, detail: address },
        { what: "token", isGood: false, detail: error.message },
      ];
    if (error instanceof Unreachable)
      return [
        { what: "server", isGood: false, detail: `${error.message} Start one with \`npm start\`.` },
      ];
    throw error;
  }
}

function aboutYou({ you }: Info): Finding[] {
  const detail = `${you.user} of ${you.tenant}, role ${you.role}, scope ${you.scope}`;
  return [{ what: "you", isGood: true, detail }];
}

function aboutEngine({
  name,
  engine,
  runs,
  capacity,
  catalogueOnly,
  notes,
}: Info["engines"][number]): Finding[] {
  const { cpu, memoryMib, gpu, instances } = capacity;
  const parts = [
    engine,
    `runs ${runs.join(", ")}`,
    `${cpu} vCPU, ${writeMib(Math.round(memoryMib))}${gpu > 0 ? `, ${gpu} GPU` : ""}, at most ${count(instances, "instance")}`,
    catalogueOnly
      ? "programs that are not of the catalogue for administrators only (it is no sandbox)"
      : "",
  ];
  return [
    { what: `engine ${name}`, isGood: true, detail: parts.filter(Boolean).join("; ") },
    ...notes.map((detail) => ({ what: "", isGood: true, detail })),
  ];
}

function limitsOf({ limits }: Info): string {
  const { tasksPerPut, uploadBytes, requestsPerSecond, retentionDays } = limits;
  return `${grouped(tasksPerPut)} tasks a put, uploads of ${bytes(uploadBytes)}, ${grouped(requestsPerSecond)} requests a second, kept ${count(retentionDays, "day")}`;
}

export function backupCommand(cli: Cli): Command {
  const command = newCommand({
    usage: "backup",
    summary: "Copy the state of the server while it runs (for administrators)",
    examples: ["zoe backup"],
  });
  return command.action(async () => {
    const session = sessionOf(cli, command);
    const made = await session.client.backup();
    answer(session, made, () =>
      session.terminal.say(`${made.path}  ${bytes(made.bytes)}, on the server's machine`),
    );
  });
}
