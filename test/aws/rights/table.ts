// The rights as people read them: one table of what each may do, one of what was tried in vain.
import { AWS_FUNCTIONS } from "#shared/aws-names.ts";
import type { Denied } from "./denied/denied.ts";
import { ACCOUNT, REGION } from "./names.ts";
import type { StackRights } from "./policies.ts";
import type { Statement } from "./policy.ts";

export interface Held {
  readonly who: string;
  readonly statement: Statement;
}

export function statementsOf(rights: StackRights): readonly Held[] {
  const { functions, boundary, execution, host } = rights;
  const all = [
    ...AWS_FUNCTIONS.map((name) => [name, functions[name]] as const),
    ...([
      ["boundary", boundary],
      ["execution role", execution],
      ["host", host],
    ] as const),
  ];
  return all.flatMap(([who, { Statement }]) =>
    [Statement].flat().map((statement) => ({ who, statement })),
  );
}

export function rightsTable(
  rights: StackRights,
  reasons: Readonly<Record<string, string>>,
): string {
  const rows = statementsOf(rights).map(({ who, statement }) => {
    const { Sid = "", Action, Resource = [], Condition = {} } = statement;
    const shown = reasons[`${who} ${Sid}`] ?? "a call of the day";
    return [who, Sid, listed(Action), listed(Resource), conditions(Condition), shown];
  });
  return table(["who", "right", "may", "on", "if", "needed by"], rows);
}

export function deniedTable(denied: readonly Denied[]): string {
  const rows = Object.entries(Object.groupBy(denied, ({ who }) => who)).map(
    ([who, attempts = []]) => [
      who,
      String(attempts.length),
      attempts.map(({ what }) => what).join("; "),
    ],
  );
  return table(["who", "attempts", "never"], rows);
}

function conditions(all: NonNullable<Statement["Condition"]>): string {
  const parts = Object.entries(all).flatMap(([operator, keys]) =>
    Object.entries(keys).map(
      ([key, value]) => `${operator} ${key} ${[value].flat().map(short).join(", ")}`,
    ),
  );
  return parts.map((part) => `\`${part}\``).join("<br>");
}

const listed = (values: string | readonly string[]) =>
  [values]
    .flat()
    .map((value) => `\`${short(value)}\``)
    .join("<br>");

/** Without what is the same in all of the stack's ARNs. */
function short(value: string): string {
  return value
    .replace(`${REGION}:${ACCOUNT}`, "")
    .replace(`:${ACCOUNT}:`, "::")
    .replace(/^arn:aws:/, "");
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}
