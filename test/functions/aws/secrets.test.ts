// Secrets in Secrets Manager: put, put again, deleted, put once more; names without the right to list them.
import { DescribeSecretCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { beforeEach, expect, test } from "vitest";
import { managedSecrets } from "#functions/aws/secrets.ts";
import type { Secrets } from "#functions/world.ts";
import { memoryStore } from "#local/store/memory-store.ts";
import { Aws } from "#test/aws/aws.ts";
import { secretsManager } from "#test/aws/secrets-manager.ts";

let aws: Aws;
let client: SecretsManagerClient;
let secrets: Secrets;

beforeEach(() => {
  aws = new Aws({ services: [secretsManager()] });
  client = new SecretsManagerClient(aws.client("arn:aws:iam::123456789012:role/zoe-api"));
  secrets = managedSecrets({ client, stack: "zoe", store: memoryStore({ now: Date.now }) });
});

test("a value comes back as it was put last, under its tenant and name", async () => {
  await secrets.put("acme", "token", "one");
  await secrets.put("acme", "token", "two");
  await secrets.put("other", "token", "theirs");
  expect(await secrets.value("acme", "token")).toBe("two");
  expect(await secrets.value("other", "token")).toBe("theirs");
  expect(await secrets.value("acme", "none")).toBeUndefined();
  const found = await client.send(
    new DescribeSecretCommand({ SecretId: "zoe/secrets/acme/token" }),
  );
  expect(found.Tags).toEqual([{ Key: "zoe:tenant", Value: "acme" }]);
});

test("names are sorted, a tenant's own, and cost no call of Secrets Manager", async () => {
  for (const name of ["b", "a", "exe_1.password"]) await secrets.put("acme", name, "x");
  await secrets.put("other", "c", "x");
  aws.recorder = ({ operation }) => {
    throw new Error(`${operation} was called.`);
  };
  expect(await secrets.names("acme")).toEqual(["a", "b"]);
});

test("a deleted secret is gone, may be deleted again, and put again", async () => {
  await secrets.put("acme", "token", "one");
  await secrets.delete("acme", "token");
  await secrets.delete("acme", "token");
  await secrets.delete("acme", "never");
  expect(await secrets.value("acme", "token")).toBeUndefined();
  expect(await secrets.names("acme")).toEqual([]);
  await secrets.put("acme", "token", "again");
  expect(await secrets.value("acme", "token")).toBe("again");
});

test("refuses what can be no name, and more than 64 KiB", async () => {
  await expect(secrets.put("acme", "a/b", "x")).rejects.toThrow("The name of a secret");
  await expect(secrets.put("..", "a", "x")).rejects.toThrow("The name of a tenant");
  await expect(secrets.put("acme", "a", "x".repeat(65_537))).rejects.toThrow("at most 65536 bytes");
});

test("a put that failed has left a name at most, and can be repeated", async () => {
  aws.faults = ({ operation }) =>
    operation === "CreateSecret" ? { kind: "lostReply" } : undefined;
  await expect(secrets.put("acme", "token", "one")).rejects.toThrow();
  aws.faults = undefined;
  await secrets.put("acme", "token", "one");
  expect(await secrets.value("acme", "token")).toBe("one");
});
