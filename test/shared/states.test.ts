// The state tables, move by move: what is allowed is done, and every other move changes nothing.
import { describe, expect, test } from "vitest";
import {
  EXECUTION_MOVES,
  EXECUTION_STATES,
  type Execution,
  transition as moveExecution,
} from "#shared/execution.ts";
import { INSTANCE_MOVES, INSTANCE_STATES, transition as moveInstance } from "#shared/instance.ts";

const pairs = <State>(states: readonly State[]) =>
  states.flatMap((from) => states.map((to) => [from, to] as const));

describe("executions", () => {
  test.each(pairs(EXECUTION_STATES))("%s -> %s", (from, to) => {
    const execution = { id: "exe_1", round: 1, state: from } as Execution;
    const isAllowed = EXECUTION_MOVES[from].includes(to);
    const moved = moveExecution(execution, to, { startedAt: 5 });
    expect(moved).toEqual(isAllowed ? { ...execution, state: to, startedAt: 5 } : undefined);
    expect(execution).toEqual({ id: "exe_1", round: 1, state: from });
  });

  test("every state but the first is reached, and every state but the last is left for good", () => {
    const reached = new Set(Object.values(EXECUTION_MOVES).flat());
    expect([...reached].sort()).toEqual([...EXECUTION_STATES].sort());
    for (const state of EXECUTION_STATES)
      if (state !== "ended") expect(EXECUTION_MOVES[state]).toContain("ended");
  });
});

describe("instances", () => {
  test.each(pairs(INSTANCE_STATES))("%s -> %s", (from, to) => {
    const instance = { index: 3, state: from };
    const isAllowed = INSTANCE_MOVES[from].includes(to);
    expect(moveInstance(instance, to)).toEqual(isAllowed ? { index: 3, state: to } : undefined);
    expect(instance.state).toBe(from);
  });

  test("nothing leads out of ended, and into it from everywhere else", () => {
    expect(INSTANCE_MOVES.ended).toEqual([]);
    for (const state of INSTANCE_STATES)
      if (state !== "ended") expect(INSTANCE_MOVES[state]).toContain("ended");
  });
});
