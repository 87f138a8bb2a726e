// Why an instance was told to stop, as the one text that AWS keeps for us: it comes back with the event of its end. Pure.
import type { Outcome } from "#shared/instance.ts";

const MARK = "zoe:";
/** AWS documents no length for ECS's reason; its own are below this. */
const LONGEST = 250;

export function stopText(outcome: Outcome): string {
  const whole = MARK + JSON.stringify(outcome);
  if (whole.length <= LONGEST || !("reason" in outcome) || outcome.reason === undefined)
    return whole.slice(0, LONGEST);
  const without = (MARK + JSON.stringify({ ...outcome, reason: "" })).length;
  // What a character takes in JSON is not known beforehand, so that quotes are spared.
  const reason = outcome.reason.replaceAll(/["\\\p{Cc}]/gu, "'").slice(0, LONGEST - without);
  return MARK + JSON.stringify({ ...outcome, reason });
}

/** Undefined when somebody else stopped it. */
export function readStopText(text: string | undefined): Outcome | undefined {
  if (!text?.startsWith(MARK)) return undefined;
  try {
    const outcome = JSON.parse(text.slice(MARK.length)) as Partial<Outcome>;
    return typeof outcome.kind === "string" ? (outcome as Outcome) : undefined;
  } catch {
    return undefined;
  }
}
