// Columns as squeue, sinfo and sacct take them: `%.18i %j`, `JobID:20,State`, `JobID%20,State`. A field that Zoe does not know is named.
import { SlurmError } from "./fault.ts";

export interface Field<Row> {
  readonly title: string;
  readonly of: (row: Row, now: number) => string;
}

/** A piece of a line: text that stands there, or a field. */
export type Piece<Row> =
  | { readonly kind: "text"; readonly text: string }
  | {
      readonly kind: "field";
      readonly field: Field<Row>;
      readonly width?: number;
      readonly isRight: boolean;
    };

export type Fields<Row> = Readonly<Record<string, Field<Row>>>;

/** `%.18i %.9P %j`: a dot puts it to the right, a number cuts and fills. */
export function percentPieces<Row>(format: string, fields: Fields<Row>): Piece<Row>[] {
  return format
    .split(/(%\.?\d*[a-zA-Z])/)
    .filter((part) => part !== "")
    .map((text) => {
      const match = /^%(\.?)(\d*)([a-zA-Z])$/.exec(text);
      if (match === null) return { kind: "text", text };
      const [, dot = "", width = "", letter = ""] = match;
      const field = fields[letter];
      if (field === undefined)
        throw new SlurmError([`the field %${letter} is not supported by Zoe`]);
      const size = width === "" ? {} : { width: Number(width) };
      return { kind: "field", field, isRight: dot === ".", ...size };
    });
}

const NAMED_WIDTH = 20;

/** `JobID,Name:30,State:.10`, as squeue's --Format has it. */
export function namedPieces<Row>(format: string, fields: Fields<Row>): Piece<Row>[] {
  return format.split(",").map((part) => {
    const [name = "", size = ""] = part.trim().split(":");
    const width = Number(size.replace(/\D/g, "")) || NAMED_WIDTH;
    return { kind: "field", field: fieldNamed(name, fields), width, isRight: size.startsWith(".") };
  });
}

/** `JobID%20,State%-10`, as sacct has it; `usual` widths by name. */
export function sacctPieces<Row>(
  format: string,
  fields: Fields<Row>,
  usual: Readonly<Record<string, number>>,
): Piece<Row>[] {
  const names = format.split(",").filter((part) => part.trim() !== "");
  return names.map((part) => {
    const [name = "", size = ""] = part.trim().split("%");
    const field = fieldNamed(name, fields);
    const width = Math.abs(Number(size)) || (usual[field.title] ?? SACCT_WIDTH);
    return { kind: "field", field, width, isRight: !size.startsWith("-") };
  });
}

const SACCT_WIDTH = 10;

function fieldNamed<Row>(name: string, fields: Fields<Row>): Field<Row> {
  const key = Object.keys(fields).find((known) => known.toLowerCase() === name.toLowerCase());
  const field = key === undefined ? undefined : fields[key];
  if (field === undefined) throw new SlurmError([`the field ${name} is not supported by Zoe`]);
  return field;
}

export type Values<Row> = (field: Field<Row>) => string;

/** One line; squeue cuts what is too long without a sign. */
export function lineOf<Row>(pieces: readonly Piece<Row>[], show: Values<Row>): string {
  const parts = pieces.map((piece) => {
    if (piece.kind === "text") return piece.text;
    const { width, isRight } = piece;
    const value = show(piece.field);
    if (width === undefined) return value;
    const cut = value.slice(0, width);
    return isRight ? cut.padStart(width) : cut.padEnd(width);
  });
  return parts.join("").trimEnd();
}

/** sacct marks with a plus what it has cut. */
export function marked(value: string, width: number, isRight: boolean): string {
  const cut = value.length > width ? `${value.slice(0, width - 1)}+` : value;
  return isRight ? cut.padStart(width) : cut.padEnd(width);
}
