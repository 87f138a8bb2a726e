// What became of each document: its prediction beside the known answer, or why there is none; and how often the answer was right.
import type { InputRecord } from "#cli/records/records.ts";
import { isPlain } from "#cli/results/rows.ts";
import type { ResultAnswer } from "#shared/api/queue.ts";

export interface Verdict {
  readonly title: string;
  readonly worker: string;
  /** Where it is known. */
  readonly answer?: string;
  readonly predicted?: string;
  readonly subtopic?: string;
  /** Why there is no prediction. */
  readonly error?: string;
}

/** A document may pass several queues: what a later one says is laid over what an earlier one said. */
export function verdictsOf(
  documents: readonly InputRecord[],
  results: readonly ResultAnswer[],
): Verdict[] {
  const byId = Map.groupBy(results, idOf);
  return documents.map(({ value }) => {
    const document = isPlain(value) ? value : {};
    const own = byId.get(String(document.id)) ?? [];
    const said = Object.assign({}, ...own.map(({ result }) => (isPlain(result) ? result : {})));
    const failed = own.find(({ ok }) => !ok);
    const last = own.at(-1);
    return {
      title: String(document.title ?? document.id ?? ""),
      worker: String(said.worker ?? last?.worker ?? "").replace(/\.\d+$/, ""),
      ...textOf("answer", said.answer),
      ...textOf("predicted", said.predicted),
      ...textOf("subtopic", said.subtopic),
      ...(failed !== undefined && { error: failed.error ?? "It failed." }),
      ...(last === undefined && { error: "There is no result." }),
    };
  });
}

/** Tasks of later queues have ids of their own; the document's stands in their result. */
function idOf({ task, result }: ResultAnswer): string {
  return isPlain(result) && typeof result.id === "string" ? result.id : task;
}

function textOf<K extends string>(key: K, value: unknown): Partial<Record<K, string>> {
  return typeof value === "string" ? ({ [key]: value } as Record<K, string>) : {};
}

export function isRight({ answer, predicted }: Verdict): boolean | undefined {
  return answer === undefined || predicted === undefined ? undefined : answer === predicted;
}

/** Failed ones first, then wrong ones, then the others; each kind by topic. */
export function wrongFirst(verdicts: readonly Verdict[]): Verdict[] {
  const rank = (verdict: Verdict) => {
    if (verdict.error !== undefined) return 0;
    return isRight(verdict) === false ? 1 : 2;
  };
  const topic = ({ answer, predicted }: Verdict) => answer ?? predicted ?? "";
  return verdicts.toSorted((a, b) => rank(a) - rank(b) || topic(a).localeCompare(topic(b)));
}

export interface Score {
  readonly name: string;
  readonly right: number;
  readonly of: number;
}

/** Of those whose answer is known; the first is of all of them. */
export function scoresOf(verdicts: readonly Verdict[]): Score[] {
  const known = verdicts.filter(({ answer }) => answer !== undefined);
  if (known.length === 0) return [];
  const topics = [...Map.groupBy(known, ({ answer }) => answer ?? "")].toSorted(([a], [b]) =>
    a.localeCompare(b),
  );
  const score = (name: string, own: readonly Verdict[]): Score => ({
    ...{ name, of: own.length },
    right: own.filter((verdict) => isRight(verdict) === true).length,
  });
  return [score("overall", known), ...topics.map(([topic, own]) => score(topic, own))];
}
