// The names and ids that stand in paths, queries and bodies of the API, each with its pattern and what it wants in words.
import * as z from "zod";
import { saying } from "#shared/zapp/leaf.ts";
import { NAME, NAME_WANTED, ZAPP_NAME, ZAPP_NAME_WANTED } from "#shared/zapp/names.ts";

function text(wanted: string, pattern: RegExp, example: string) {
  return z
    .string(saying(wanted))
    .regex(pattern, saying(wanted))
    .meta({ examples: [example] });
}

function id(noun: string, kind: string) {
  const wanted = `the id of ${noun}, as ${kind}_01JABCDEFGHJKMNPQRSTVWXYZ0`;
  return text(
    wanted,
    new RegExp(`^${kind}_[0-9A-Za-z]{1,40}$`),
    `${kind}_01JABCDEFGHJKMNPQRSTVWXYZ0`,
  );
}

export const ExecutionId = id("an execution", "exe");
export const TokenId = id("a token", "tok");
export const UploadId = id("an upload", "upl");

export const ZappName = text(ZAPP_NAME_WANTED, ZAPP_NAME, "document-classifier");
export const ServiceName = text(NAME_WANTED, NAME, "classifier");
export const QueueName = text(NAME_WANTED, NAME, "documents");
export const TenantName = text(
  "the name of a tenant: at most 40 lowercase letters, digits and hyphens that begin with a letter",
  /^[a-z][a-z0-9-]{0,39}$/,
  "default",
);
export const UserName = text(
  "the name of a user: at most 64 letters, digits and . _ @ + - that begin with a letter or digit",
  /^[A-Za-z0-9][A-Za-z0-9._@+-]{0,63}$/,
  "ada",
);
export const SecretName = text(
  "the name of a secret: at most 64 lowercase letters, digits and hyphens that begin with a letter",
  /^[a-z][a-z0-9-]{0,63}$/,
  "boinc-key",
);
export const TaskId = text(
  "the id of a task: 1 to 200 characters without controls",
  /^[^\p{Cc}]{1,200}$/u,
  "1706.03762",
);
/** People may write what they like in a title, on one line. */
export const Title = text(
  "a line of at most 200 characters",
  /^[^\p{Cc}]{1,200}$/u,
  "Group of Ada",
);
