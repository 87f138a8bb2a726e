// Secrets of tenants in Secrets Manager; their names are records of the control table, so that nothing needs the right to list the account's.
import {
  CreateSecretCommand,
  DeleteSecretCommand,
  GetSecretValueCommand,
  InvalidRequestException,
  PutSecretValueCommand,
  ResourceExistsException,
  ResourceNotFoundException,
  RestoreSecretCommand,
  type SecretsManagerClient,
} from "@aws-sdk/client-secrets-manager";
import type { Key, Store } from "#functions/store.ts";
import type { Secrets } from "#functions/world.ts";
import { secretPrefix, TENANT_TAG } from "#shared/aws-names.ts";
import { VisibleError } from "#shared/fault.ts";

export interface SecretPlace {
  readonly client: SecretsManagerClient;
  readonly stack: string;
  readonly store: Store;
}

const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/;
/** What Secrets Manager takes. */
const MOST_BYTES = 64 * 1024;
/** The shortest that can be asked for. A deleted secret costs nothing, and its name is free at once: it is restored. */
const RECOVERY_DAYS = 7;

export function managedSecrets(place: SecretPlace): Secrets {
  const { client, stack, store } = place;
  const idOf = (tenant: string, name: string) =>
    `${secretPrefix(stack)}${checked("tenant", tenant)}/${checked("secret", name)}`;
  return {
    async put(tenant, name, value) {
      if (Buffer.byteLength(value) > MOST_BYTES)
        throw new VisibleError("tooLarge", `A secret has at most ${MOST_BYTES} bytes.`);
      const id = idOf(tenant, name);
      await store.batchPut([{ ...keyOf(tenant, name), value: {} }]);
      await putValue(client, id, value, tenant);
    },
    async names(tenant) {
      const { items } = await store.query({ pk: keyOf(tenant, "").pk, limit: 1000 });
      // Those of one execution are nobody's business.
      return items.map(({ sk }) => sk).filter((name) => !name.startsWith("exe_"));
    },
    async value(tenant, name) {
      const asked = new GetSecretValueCommand({ SecretId: idOf(tenant, name) });
      const found = await client.send(asked).catch(noneIf(isGone));
      return found?.SecretString;
    },
    async delete(tenant, name) {
      const SecretId = idOf(tenant, name);
      const asked = { SecretId, RecoveryWindowInDays: RECOVERY_DAYS };
      await client.send(new DeleteSecretCommand(asked)).catch(noneIf(isGone));
      await store.transact([{ kind: "delete", key: keyOf(tenant, name) }]);
    },
  };
}

async function putValue(
  client: SecretsManagerClient,
  id: string,
  SecretString: string,
  tenant: string,
): Promise<void> {
  const Tags = [{ Key: TENANT_TAG, Value: tenant }];
  try {
    await client.send(new CreateSecretCommand({ Name: id, SecretString, Tags }));
  } catch (error) {
    // It is there, or was deleted and is still to be had back.
    if (error instanceof InvalidRequestException)
      await client.send(new RestoreSecretCommand({ SecretId: id }));
    else if (!(error instanceof ResourceExistsException)) throw error;
    await client.send(new PutSecretValueCommand({ SecretId: id, SecretString }));
  }
}

const keyOf = (tenant: string, name: string): Key => ({ pk: `secrets#${tenant}`, sk: name });

function checked(what: string, name: string): string {
  if (NAME.test(name)) return name;
  const text = `The name of a ${what} has 1 to 128 letters, digits, dots, dashes and underscores; got ${JSON.stringify(name)}.`;
  throw new VisibleError("invalid", text);
}

/** Never made, or deleted. */
function isGone(error: unknown): boolean {
  return error instanceof ResourceNotFoundException || error instanceof InvalidRequestException;
}

function noneIf(isMeant: (error: unknown) => boolean): (error: unknown) => undefined {
  return (error) => {
    if (!isMeant(error)) throw error;
    return undefined;
  };
}
