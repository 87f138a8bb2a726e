// Which definitions are registered, as `launch` knows them: each content once, whoever asks first. The definer registers what is not known yet.
import type { JsonObject, Store } from "#functions/store.ts";
import type { DefinitionReply, Definitions } from "./task-roles.ts";

export class KnownDefinitions<Input> implements Definitions<Input> {
  readonly #store: Store;
  readonly #register: (input: Input) => Promise<DefinitionReply>;
  readonly #known = new Map<string, string>();

  constructor(store: Store, register: (input: Input) => Promise<DefinitionReply>) {
    this.#store = store;
    this.#register = register;
  }

  async arnOf(name: string, input: Input): Promise<DefinitionReply> {
    const arn = this.#known.get(name) ?? (await this.#stored(name));
    if (arn !== undefined) return this.#keep(name, arn);
    const reply = await this.#register(input);
    if (reply.kind !== "ready") return reply;
    const value: JsonObject = { arn: reply.arn };
    await this.#store.batchPut([{ ...keyOf(name), value }]);
    return this.#keep(name, reply.arn);
  }

  async #stored(name: string): Promise<string | undefined> {
    const item = await this.#store.get(keyOf(name));
    return item?.value.arn as string | undefined;
  }

  #keep(name: string, arn: string): DefinitionReply {
    this.#known.set(name, arn);
    return { kind: "ready", arn };
  }
}

const keyOf = (name: string) => ({ pk: `definition#${name}`, sk: "arn" });
