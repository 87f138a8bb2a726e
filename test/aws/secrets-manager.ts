// AWS Secrets Manager in the double: values by name, deleted ones kept for a while and to be had back.
import { createHash } from "node:crypto";
import * as sdk from "@aws-sdk/client-secrets-manager";
import { modelOf, offline } from "./model.ts";
import { AwsError, type CallContext, type Service } from "./service.ts";

interface Secret {
  readonly name: string;
  readonly arn: string;
  readonly tags: readonly sdk.Tag[];
  value: string | undefined;
  versionId: string;
  deletedAt: number | undefined;
  recoveryDays: number;
}

const DAY_MS = 86_400_000;
const MOST_BYTES = 65_536;
const NAME = /^[A-Za-z0-9/_+=.@-]{1,512}$/;

export function secretsManager(): Service {
  const secrets = new Map<string, Secret>();
  const find = (id: string | undefined, now: number) => {
    for (const [name, secret] of secrets) if (isOver(secret, now)) secrets.delete(name);
    const found = [...secrets.values()].find((one) => names(one).includes(id ?? ""));
    if (found !== undefined) return found;
    throw new AwsError(
      "ResourceNotFoundException",
      "Secrets Manager can't find the specified secret.",
    );
  };
  const live = (id: string | undefined, now: number) => {
    const secret = find(id, now);
    if (secret.deletedAt === undefined) return secret;
    throw new AwsError(
      "InvalidRequestException",
      "You can't perform this operation on the secret because it was marked for deletion.",
    );
  };
  return {
    name: "secretsmanager",
    model: modelOf(sdk, new sdk.SecretsManagerClient(offline)),
    throttle: { code: "ThrottlingException", status: 400 },
    operations: {
      CreateSecret: (input: sdk.CreateSecretRequest, context) => create(secrets, input, context),
      PutSecretValue: (input: sdk.PutSecretValueRequest, { now }) => {
        checkValue(input.SecretString);
        const secret = live(input.SecretId, now);
        secret.value = input.SecretString;
        secret.versionId = input.ClientRequestToken ?? "";
        return { ...named(secret), VersionId: secret.versionId, VersionStages: ["AWSCURRENT"] };
      },
      GetSecretValue: (input: sdk.GetSecretValueRequest, { now }) => {
        const secret = live(input.SecretId, now);
        const { value: SecretString, versionId: VersionId } = secret;
        return { ...named(secret), SecretString, VersionId, VersionStages: ["AWSCURRENT"] };
      },
      DescribeSecret: (input: sdk.DescribeSecretRequest, { now }) => {
        const secret = find(input.SecretId, now);
        const DeletedDate = secret.deletedAt === undefined ? undefined : new Date(secret.deletedAt);
        return { ...named(secret), DeletedDate, Tags: secret.tags };
      },
      DeleteSecret: (input: sdk.DeleteSecretRequest, { now }) => {
        const secret = live(input.SecretId, now);
        const days = input.RecoveryWindowInDays ?? 30;
        if (days < 7 || days > 30)
          throw new AwsError(
            "InvalidParameterException",
            "RecoveryWindowInDays value must be between 7 and 30 days (inclusive).",
          );
        Object.assign(secret, { deletedAt: now, recoveryDays: days });
        return { ...named(secret), DeletionDate: new Date(now + days * DAY_MS) };
      },
      RestoreSecret: (input: sdk.RestoreSecretRequest, { now }) => {
        const secret = find(input.SecretId, now);
        secret.deletedAt = undefined;
        return named(secret);
      },
    },
  };
}

function create(
  secrets: Map<string, Secret>,
  input: sdk.CreateSecretRequest,
  { account, region, now }: CallContext,
): object {
  const { Name = "", SecretString, Tags = [], ClientRequestToken = "" } = input;
  if (!NAME.test(Name))
    throw new AwsError(
      "InvalidParameterException",
      "Invalid name. Must be a valid name containing alphanumeric characters, or any of the following: -/_+=.@!",
    );
  checkValue(SecretString);
  const there = secrets.get(Name);
  if (there !== undefined && !isOver(there, now)) {
    // The SDK's token makes its own repeat the same secret.
    if (there.versionId === ClientRequestToken && there.value === SecretString)
      return { ...named(there), VersionId: ClientRequestToken };
    if (there.deletedAt !== undefined)
      throw new AwsError(
        "InvalidRequestException",
        "You can't create this secret because a secret with this name is already scheduled for deletion.",
      );
    throw new AwsError(
      "ResourceExistsException",
      `The operation failed because the secret ${Name} already exists.`,
    );
  }
  const suffix = createHash("sha256").update(`${Name} ${now}`).digest("hex").slice(0, 6);
  const arn = `arn:aws:secretsmanager:${region}:${account}:secret:${Name}-${suffix}`;
  const secret = {
    name: Name,
    arn,
    tags: Tags,
    value: SecretString,
    versionId: ClientRequestToken,
  };
  secrets.set(Name, { ...secret, deletedAt: undefined, recoveryDays: 0 });
  return { ARN: arn, Name, VersionId: ClientRequestToken };
}

function checkValue(value = ""): void {
  if (Buffer.byteLength(value) > MOST_BYTES)
    throw new AwsError("InvalidParameterException", "The secret value has more than 65536 bytes.");
}

/** Found by its name, its ARN, and its ARN without the six characters that Secrets Manager adds. */
function names({ name, arn }: Secret): readonly string[] {
  return [name, arn, arn.slice(0, -7)];
}

function named({ arn: ARN, name: Name }: Secret): { ARN: string; Name: string } {
  return { ARN, Name };
}

function isOver({ deletedAt, recoveryDays }: Secret, now: number): boolean {
  return deletedAt !== undefined && now >= deletedAt + recoveryDays * DAY_MS;
}
