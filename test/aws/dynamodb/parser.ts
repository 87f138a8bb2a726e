// Reads DynamoDB's expressions by recursive descent: conditions (filters and keys too), updates, projections.
import {
  type Change,
  type Comparator,
  type Condition,
  type ExpressionKind,
  invalidIn,
  type Operand,
  type Path,
  type Term,
  tokensOf,
} from "./expression.ts";
import type { Words } from "./words.ts";

export function parseCondition(kind: ExpressionKind, text: string, words: Words): Condition {
  const parser = new Parser(kind, text, words);
  return parser.whole(parser.condition());
}

export function parseProjection(text: string, words: Words): readonly Path[] {
  const parser = new Parser("ProjectionExpression", text, words);
  return parser.whole(parser.list(() => parser.path()));
}

export function parseUpdate(text: string, words: Words): readonly Change[] {
  const parser = new Parser("UpdateExpression", text, words);
  return parser.whole(parser.update());
}

const COMPARATORS = new Set(["=", "<>", "<", "<=", ">", ">="]);
const TESTS: Readonly<Record<string, "beginsWith" | "contains" | "hasType">> = {
  begins_with: "beginsWith",
  contains: "contains",
  attribute_type: "hasType",
};

class Parser {
  readonly #kind: ExpressionKind;
  readonly #tokens: readonly string[];
  readonly #words: Words;
  #at = 0;

  constructor(kind: ExpressionKind, text: string, words: Words) {
    this.#kind = kind;
    this.#tokens = tokensOf(kind, text);
    this.#words = words;
  }

  whole<T>(parsed: T): T {
    if (this.#at < this.#tokens.length) throw this.#wrong();
    return parsed;
  }

  list<T>(read: () => T): readonly T[] {
    const items = [read()];
    while (this.#takes(",")) items.push(read());
    return items;
  }

  condition(): Condition {
    return this.#joined("or", () => this.#joined("and", () => this.#negated()));
  }

  path(): Path {
    const path: (string | number)[] = [this.#name()];
    for (;;) {
      if (this.#takes(".")) path.push(this.#name());
      else if (this.#takes("[")) {
        path.push(Number(this.#take(/^\d+$/)));
        this.#take(/^\]$/);
      } else return path;
    }
  }

  update(): readonly Change[] {
    const changes: Change[] = [];
    const seen = new Set<string>();
    while (this.#at < this.#tokens.length) {
      const section = this.#take(/^(set|remove|add|delete)$/i).toUpperCase();
      if (seen.has(section))
        throw invalidIn(
          this.#kind,
          `The "${section}" section can only be used once in an update expression;`,
        );
      seen.add(section);
      changes.push(...this.list(() => this.#change(section)));
    }
    return changes;
  }

  #change(section: string): Change {
    const path = this.path();
    if (section === "REMOVE") return { kind: "remove", path };
    if (section === "SET") {
      this.#take(/^=$/);
      return { kind: "set", path, term: this.#sum() };
    }
    const value = this.#words.check(this.#kind, this.#take(/^:/));
    return { kind: section === "ADD" ? "add" : "delete", path, value };
  }

  #sum(): Term {
    const left = this.#term();
    const sign = this.#peek() === "+" ? 1 : -1;
    if (!this.#takes("+") && !this.#takes("-")) return left;
    return { kind: "sum", sign, left, right: this.#term() };
  }

  #term(): Term {
    if (this.#peek(1) === "(" && this.#takes("if_not_exists")) {
      this.#take(/^\($/);
      const path = this.path();
      this.#take(/^,$/);
      return this.#closed({ kind: "ifNotExists", path, otherwise: this.#term() });
    }
    if (this.#peek(1) === "(" && this.#takes("list_append")) {
      this.#take(/^\($/);
      const left = this.#term();
      this.#take(/^,$/);
      return this.#closed({ kind: "append", left, right: this.#term() });
    }
    if (!this.#takes("(")) return this.#operand();
    return this.#closed(this.#sum());
  }

  #joined(kind: "and" | "or", read: () => Condition): Condition {
    const parts = [read()];
    while (this.#takes(kind)) parts.push(read());
    const [only] = parts;
    return parts.length === 1 && only !== undefined ? only : { kind, parts };
  }

  #negated(): Condition {
    return this.#takes("not") ? { kind: "not", part: this.#negated() } : this.#simple();
  }

  #simple(): Condition {
    if (this.#takes("(")) return this.#closed(this.condition());
    const word = this.#peek() ?? "";
    if (this.#peek(1) === "(" && word.toLowerCase() !== "size") return this.#test(word);
    const left = this.#operand();
    if (this.#takes("between")) {
      const low = this.#operand();
      this.#take(/^and$/i);
      return { kind: "between", operand: left, low, high: this.#operand() };
    }
    if (this.#takes("in")) {
      this.#take(/^\($/);
      return this.#closed({ kind: "in", operand: left, among: this.list(() => this.#operand()) });
    }
    const comparator = this.#take(/^[=<>]/);
    if (!COMPARATORS.has(comparator)) throw this.#wrong();
    return { kind: "compare", comparator: comparator as Comparator, left, right: this.#operand() };
  }

  #test(word: string): Condition {
    this.#at += 2;
    const path = this.path();
    if (word === "attribute_exists") return this.#closed({ kind: "exists", path });
    if (word === "attribute_not_exists") return this.#closed({ kind: "notExists", path });
    const kind = TESTS[word];
    if (kind === undefined) throw invalidIn(this.#kind, `Invalid function name; function: ${word}`);
    this.#take(/^,$/);
    return this.#closed({ kind, path, operand: this.#operand() });
  }

  #operand(): Operand {
    const word = this.#peek() ?? "";
    if (word.startsWith(":")) {
      this.#at++;
      return { kind: "value", name: this.#words.check(this.#kind, word) };
    }
    if (word.toLowerCase() !== "size" || this.#peek(1) !== "(")
      return { kind: "path", path: this.path() };
    this.#at += 2;
    return this.#closed({ kind: "size", path: this.path() });
  }

  #closed<T>(parsed: T): T {
    this.#take(/^\)$/);
    return parsed;
  }

  #name(): string {
    return this.#words.name(this.#kind, this.#take(/^[A-Za-z_#]/));
  }

  #peek(ahead = 0): string | undefined {
    return this.#tokens[this.#at + ahead];
  }

  #takes(word: string): boolean {
    if (this.#peek()?.toLowerCase() !== word) return false;
    this.#at++;
    return true;
  }

  #take(wanted: RegExp): string {
    const token = this.#peek();
    if (token === undefined || !wanted.test(token)) throw this.#wrong();
    this.#at++;
    return token;
  }

  #wrong(): Error {
    const near = this.#tokens.slice(Math.max(0, this.#at - 1), this.#at + 2).join(" ");
    return invalidIn(
      this.#kind,
      `Syntax error; token: "${this.#peek() ?? "<EOF>"}", near: "${near}"`,
    );
  }
}
