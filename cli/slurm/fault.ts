// What Slurm's commands answer to a mistake: one line that begins with the command, names the option and where it stood; exit code 1.

/** Where an option was written. */
export type Place =
  | { readonly kind: "line"; readonly line: number; readonly file: string }
  | { readonly kind: "command" }
  | { readonly kind: "environment"; readonly variable: string };

/** Thrown by everything in this folder; slurm.ts prints its lines and exits with 1, as Slurm does. */
export class SlurmError extends Error {
  readonly lines: readonly string[];

  constructor(lines: readonly string[], options?: ErrorOptions) {
    super(lines.join("\n"), options);
    this.lines = lines;
  }
}

/** `script.sh, line 4: `, or nothing for the command line, where the reader sees it himself. */
export function at(place: Place): string {
  switch (place.kind) {
    case "line":
      return `${place.file}, line ${place.line}: `;
    case "environment":
      return `${place.variable}: `;
    case "command":
      return "";
  }
}
