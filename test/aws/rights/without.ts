// The same rights with one condition less, or without the boundary: what the proof by mutation tries one after the other.
import type { Ground } from "./ground.ts";
import type { OneOrMore, PolicyDocument, Statement } from "./policy.ts";

export interface Mutation {
  /** `launch PassRoles: StringEquals iam:PassedToService`. */
  readonly name: string;
  readonly ground: Ground;
}

export function mutations(ground: Ground): readonly Mutation[] {
  const { rights, role } = ground;
  const { boundary, execution, host, functions } = rights;
  const inRights = (part: Partial<Ground["rights"]>): Ground => ({
    ...ground,
    rights: { ...rights, ...part },
  });
  const [[policyName = "", policy] = []] = role.policies;
  return [
    ...Object.entries(functions).flatMap(([name, document]) =>
      without(name, document, (one) => inRights({ functions: { ...functions, [name]: one } })),
    ),
    ...without("boundary", boundary, (one) => inRights({ boundary: one })),
    ...without("execution role", execution, (one) => inRights({ execution: one })),
    ...without("host", host, (one) => inRights({ host: one })),
    ...without("task role", policy ?? { Statement: [] }, (one) => ({
      ...ground,
      role: { ...role, policies: new Map([[policyName, one]]) },
    })),
    ...without("trust of a task role", role.trust, (one) => ({
      ...ground,
      role: { ...role, trust: one },
    })),
    {
      name: "the boundary as a whole",
      ground: { ...ground, role: { ...role, boundary: undefined } },
    },
  ];
}

function without(
  name: string,
  { Statement }: PolicyDocument,
  ground: (document: PolicyDocument) => Ground,
): Mutation[] {
  const statements = [Statement].flat();
  return statements.flatMap((statement, at) =>
    conditionsOf(statement).map(([operator, key]) => ({
      name: `${name} ${statement.Sid}: ${operator} ${key}`,
      ground: ground({ Statement: statements.with(at, less(statement, operator, key)) }),
    })),
  );
}

function conditionsOf({ Condition = {} }: Statement): [operator: string, key: string][] {
  return Object.entries(Condition).flatMap(([operator, keys]) =>
    Object.keys(keys).map((key): [string, string] => [operator, key]),
  );
}

function less(statement: Statement, operator: string, key: string): Statement {
  const { [key]: _, ...keys }: Record<string, OneOrMore> = { ...statement.Condition?.[operator] };
  return { ...statement, Condition: { ...statement.Condition, [operator]: keys } };
}
