// What `zoe doctor` found, line by line: well or not, and why.
import { answer, failWith, type Session } from "#cli/cli.ts";
import { EXIT } from "#cli/exit.ts";

export interface Finding {
  readonly what: string;
  readonly isGood: boolean;
  readonly detail: string;
}

export function tellFindings(session: Session, findings: readonly Finding[]): void {
  answer(session, { findings }, () => {
    for (const { what, isGood, detail } of findings) {
      const sign = isGood
        ? session.terminal.paint("green", "✓")
        : session.terminal.paint("red", "✗");
      session.terminal.say(`${sign} ${what.padEnd(10)}  ${detail}`);
    }
  });
  if (findings.some(({ isGood }) => !isGood)) failWith(session.cli, EXIT.failed);
}
