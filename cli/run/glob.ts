// The files that patterns such as 'inputs/*.txt' mean, in order; and what they are called among each other.
import { globSync, statSync } from "node:fs";
import { dirname, relative, resolve, sep } from "node:path";
import { VisibleError } from "#shared/fault.ts";

/** Files as people count them: run-2 stands before run-10. */
const inOrder = new Intl.Collator("en", { numeric: true }).compare;

/** A name that is a file is meant as it is, whatever characters it has. */
export function filesThatFit(patterns: readonly string[]): string[] {
  const found = patterns.flatMap((pattern) => (isFile(pattern) ? [pattern] : globSync(pattern)));
  const files = [...new Set(found)].filter(isFile).sort(inOrder);
  if (files.length > 0) return files;
  throw new VisibleError("notFound", `No file fits ${patterns.join(" or ")} in ${process.cwd()}.`);
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() === true;
}

/** Their paths below the deepest folder that holds them all. */
export function namesOf(files: readonly string[]): string[] {
  const whole = files.map((file) => resolve(file));
  let folder = dirname(whole[0] ?? "");
  while (!whole.every((file) => file.startsWith(folder === sep ? sep : folder + sep)))
    folder = dirname(folder);
  return whole.map((file) => relative(folder, file));
}
