// What stands in the way of a stack's own removal: objects in its bucket, and images that it alone brought to the account's repository.
import { BatchDeleteImageCommand, DescribeRepositoriesCommand } from "@aws-sdk/client-ecr";
import { DeleteObjectsCommand, paginateListObjectsV2 } from "@aws-sdk/client-s3";
import type { AccountClients } from "./clients.ts";

export async function emptyBucket({ s3 }: AccountClients, Bucket: string): Promise<number> {
  let n = 0;
  for await (const { Contents = [] } of paginateListObjectsV2({ client: s3 }, { Bucket })) {
    if (Contents.length === 0) continue;
    const Objects = Contents.map(({ Key = "" }) => ({ Key }));
    await s3.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects, Quiet: true } }));
    n += Objects.length;
  }
  return n;
}

/** A page of deletions. */
const IMAGES_A_CALL = 100;

export async function deleteImages(
  { images }: AccountClients,
  tags: readonly string[],
): Promise<number> {
  const { repositories = [] } = await images.send(new DescribeRepositoriesCommand({}));
  const repository = repositories.find(({ repositoryName = "" }) =>
    /^cdk-.*-container-assets-/.test(repositoryName),
  );
  if (repository === undefined) return 0;
  let n = 0;
  for (let from = 0; from < tags.length; from += IMAGES_A_CALL) {
    const imageIds = tags.slice(from, from + IMAGES_A_CALL).map((imageTag) => ({ imageTag }));
    const { repositoryName } = repository;
    const command = new BatchDeleteImageCommand({ repositoryName, imageIds });
    n += (await images.send(command)).imageIds?.length ?? 0;
  }
  return n;
}
