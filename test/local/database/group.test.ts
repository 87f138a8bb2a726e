// Group commit: calls of strangers share a transaction, and none pays for another's fault.
import { join } from "node:path";
import type { DatabaseSync } from "node:sqlite";
import { expect, onTestFinished, test } from "vitest";
import { openWriting } from "#local/database/connection.ts";
import { type Answer, type Call, groupWriter } from "#local/database/group.ts";
import type { DatabaseModule } from "#local/database/module.ts";
import { VisibleError } from "#shared/fault.ts";
import { temporaryFolder } from "../temporary-folder.ts";

function notes(database: DatabaseSync, onUndone = () => {}): DatabaseModule {
  const insert = database.prepare("insert into notes values (?)");
  return {
    name: "notes",
    migrations: [],
    open: () => ({
      operations: {
        write: (text: string) => Number(insert.run(text).lastInsertRowid),
        writeThenThrow(text: string) {
          insert.run(text);
          throw new VisibleError("invalid", `${text} is refused.`);
        },
        fail() {
          throw new TypeError("a bug");
        },
      },
      undone: onUndone,
    }),
  };
}

function open(onUndone?: () => void) {
  const database = openWriting(join(temporaryFolder(), "notes.db"));
  onTestFinished(() => database.close());
  database.exec("create table notes (text text not null) strict");
  const group = groupWriter(database, [notes(database, onUndone)]);
  const texts = () =>
    database
      .prepare("select text from notes order by rowid")
      .all()
      .map(({ text }) => text);
  return { database, texts, commit: (calls: readonly Call[]) => group.commit(calls) };
}

const write = (text: string): Call => ["notes", "write", text];
const codeOf = ({ failure }: Answer) => failure?.code;

test("all calls of a group are answered in order, and written", () => {
  const { commit, texts } = open();
  expect(commit([write("a"), write("b")])).toEqual([{ value: 1 }, { value: 2 }]);
  expect(texts()).toEqual(["a", "b"]);
});

test("of a group with a guilty call only that one is refused, and nothing of it remains", () => {
  const { commit, texts } = open();
  const answers = commit([
    write("a"),
    ["notes", "writeThenThrow", "b"],
    ["notes", "fail", 0],
    write("c"),
  ]);
  expect(answers[0]?.failure).toBeUndefined();
  expect(answers[1]?.failure).toMatchObject({ code: "invalid", message: "b is refused." });
  expect(answers[2]?.failure).toEqual({ message: "a bug", stack: expect.any(String) });
  expect(answers[3]?.failure).toBeUndefined();
  expect(texts()).toEqual(["a", "c"]);
});

test("a module is told that a transaction was undone", () => {
  let undone = 0;
  const { commit } = open(() => undone++);
  commit([write("a")]);
  expect(undone).toBe(0);
  commit([["notes", "fail", 0]]);
  expect(undone).toBe(1);
});

test("an operation that nobody knows is refused", () => {
  const { commit } = open();
  expect(commit([["notes", "none", 0]])[0]?.failure?.message).toMatch(/notes\.none/);
});

test("on a full disk all that waits is refused in plain words, nothing is damaged, and with room it goes on", () => {
  const { database, commit, texts } = open();
  commit([write("before")]);
  database.exec("pragma max_page_count = 4");
  const answers = commit([write("small"), write("x".repeat(100_000)), write("small too")]);
  expect(answers.map(codeOf)).toEqual(["unavailable", "unavailable", "unavailable"]);
  expect(answers[0]?.failure?.message).toMatch(/the disk is full\. Nothing was changed/);
  expect(texts()).toEqual(["before"]);
  database.exec("pragma max_page_count = 100000");
  expect(codeOf(commit([write("after")])[0]!)).toBeUndefined();
  expect(texts()).toEqual(["before", "after"]);
  expect(database.prepare("pragma integrity_check").get()).toEqual({ integrity_check: "ok" });
});
