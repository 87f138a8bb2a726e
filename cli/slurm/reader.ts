// Reads the values of options one by one; a fault names the option, its value and its line.
import { at, SlurmError } from "./fault.ts";
import { type Given, lastOf } from "./option.ts";

export class Reader {
  readonly #given: readonly Given[];

  constructor(given: readonly Given[]) {
    this.#given = given;
  }

  text(long: string): string | undefined {
    return lastOf(this.#given, long)?.value;
  }

  read<T>(long: string, parse: (value: string) => T | Refusal): T | undefined {
    const found = lastOf(this.#given, long);
    if (found === undefined) return undefined;
    const value = parse(found.value);
    if (value instanceof Refusal) this.refuse(long, value.reason);
    return value as T;
  }

  count(long: string): number | undefined {
    return this.read(long, (value) =>
      /^[1-9]\d*$/.test(value) ? Number(value) : new Refusal("wanted a whole number from 1 on"),
    );
  }

  refuse(long: string, reason: string): never {
    const found = lastOf(this.#given, long);
    const where = found === undefined ? "" : at(found.place);
    const value = found?.value ? `=${found.value}` : "";
    throw new SlurmError([`${where}--${long}${value}: ${reason}.`]);
  }
}

export class Refusal {
  readonly reason: string;

  constructor(reason: string) {
    this.reason = reason;
  }
}
