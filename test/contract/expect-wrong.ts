// Facts that another double gets wrong are not left out: they must fail there, so that one it gets right again turns its test red.
import { afterAll, afterEach, beforeEach } from "vitest";

/** Test -> what happens instead. */
export type Wrong = Readonly<Record<string, string>>;

/** For the tests of the describe that calls it. `always` must fail; `sometimes` may, since they race. A name that no test has is a slip. */
export function expectWrong({ always, sometimes = {} }: { always: Wrong; sometimes?: Wrong }) {
  const seen = new Set<string>();
  beforeEach(({ task }) => {
    seen.add(task.name);
    if (task.name in always) mustFail(task);
  });
  afterEach(({ task }) => {
    if (task.name in sometimes && task.result?.state === "fail") mustFail(task);
  });
  afterAll(() => {
    const unknown = Object.keys({ ...always, ...sometimes }).filter((name) => !seen.has(name));
    if (unknown.length > 0) throw new Error(`No test has the name: ${unknown.join("; ")}`);
  });
}

/** The runner looks at it when the test is over. */
function mustFail(task: object): void {
  (task as { fails?: boolean }).fails = true;
}
