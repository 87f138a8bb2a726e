// The stack's tables as the double and moto are asked for them: keys and indexes as `TABLE` names them.
import type { CreateTableInput } from "@aws-sdk/client-dynamodb";
import { TABLE } from "#shared/aws-names.ts";

export function tableInput(TableName: string): CreateTableInput {
  const { partitionKey, sortKey, indexes } = TABLE;
  const pairs = [{ partitionKey, sortKey }, ...Object.values(indexes)];
  return {
    TableName,
    BillingMode: "PAY_PER_REQUEST",
    AttributeDefinitions: pairs
      .flatMap((pair) => [pair.partitionKey, pair.sortKey])
      .map((AttributeName) => ({ AttributeName, AttributeType: "S" })),
    KeySchema: keySchema(partitionKey, sortKey),
    GlobalSecondaryIndexes: Object.entries(indexes).map(([IndexName, pair]) => ({
      IndexName,
      KeySchema: keySchema(pair.partitionKey, pair.sortKey),
      Projection: { ProjectionType: "ALL" },
    })),
  };
}

function keySchema(hash: string, range: string): CreateTableInput["KeySchema"] {
  return [
    { AttributeName: hash, KeyType: "HASH" },
    { AttributeName: range, KeyType: "RANGE" },
  ];
}
