// `zoe doctor --aws --smoke`: tries the claims that no deployment has yet proven, one after the other, within 15 minutes, and writes down what came.
import { CLAIMS, type Claim, type Ground } from "./claims.ts";
import { Untried } from "./untried.ts";

export const SMOKE_SECONDS = 15 * 60;

/** `untried`: the time was over, or something it needs is not there. */
export type Verdict = "held" | "broken" | "untried";

export interface Trial {
  readonly claim: Claim;
  readonly verdict: Verdict;
  readonly detail: string;
  readonly seconds: number;
}

export async function smoke(
  ground: Ground,
  told: (trial: Trial) => void = () => {},
  claims: readonly Claim[] = CLAIMS,
): Promise<readonly Trial[]> {
  const until = ground.now() + SMOKE_SECONDS * 1000;
  const trials: Trial[] = [];
  for (const claim of claims) {
    const trial = await tryOne(ground, claim, until);
    trials.push(trial);
    told(trial);
  }
  return trials;
}

async function tryOne(ground: Ground, claim: Claim, until: number): Promise<Trial> {
  const begin = ground.now();
  const end = (verdict: Verdict, detail: string): Trial => ({
    ...{ claim, verdict, detail, seconds: Math.round((ground.now() - begin) / 1000) },
  });
  if (begin >= until) return end("untried", "The 15 minutes were over.");
  try {
    return end("held", await claim.try(ground, until));
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error);
    return end(error instanceof Untried ? "untried" : "broken", detail);
  }
}

export function reportOf(trials: readonly Trial[], stack: string, at: number): string {
  const count = (verdict: Verdict) => trials.filter((trial) => trial.verdict === verdict).length;
  return [
    `# The claims about AWS, tried on the stack ${stack}`,
    "",
    `${new Date(at).toISOString()}: ${count("held")} held, ${count("broken")} broken, ${count("untried")} untried.`,
    "",
    "| claim | verdict | what came | seconds |",
    "| --- | --- | --- | --- |",
    ...trials.map(
      ({ claim, verdict, detail, seconds }) =>
        `| ${claim.says} | ${verdict} | ${detail.replace(/[|\n]/g, " ")} | ${seconds} |`,
    ),
    "",
  ].join("\n");
}
