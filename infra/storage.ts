// What is kept: the control table (no task role reaches it, ever), the work table (task roles reach their tenant's keys), and one bucket.
import { Duration, RemovalPolicy } from "aws-cdk-lib";
import {
  type Attribute,
  AttributeType,
  BillingMode,
  ProjectionType,
  Table,
  TableEncryption,
} from "aws-cdk-lib/aws-dynamodb";
import type { IKey } from "aws-cdk-lib/aws-kms";
import { BlockPublicAccess, Bucket, BucketEncryption, ObjectOwnership } from "aws-cdk-lib/aws-s3";
import { Construct } from "constructs";
import { TABLE } from "#shared/aws-names.ts";

export interface StorageProps {
  /** Of a clinical stack, which also outlives its own removal. */
  readonly key?: IKey;
}

export class Storage extends Construct {
  readonly control: Table;
  readonly work: Table;
  readonly bucket: Bucket;

  constructor(scope: Construct, id: string, { key }: StorageProps) {
    super(scope, id);
    // Point-in-time recovery is 0.20 USD a GB and month: the control table stays small; the work table is as large as the results.
    this.control = this.table("Control", { key, isRecoverable: true });
    this.work = this.table("Work", { key, isRecoverable: key !== undefined });
    addIndex(this.control, "byTenant");
    addIndex(this.control, "byState");
    // Chunks that were not sent yet, and nothing else: few, and soon gone from it.
    addIndex(this.work, "byState");
    this.bucket = this.newBucket(key);
  }

  private table(id: string, { key, isRecoverable }: StorageProps & { isRecoverable: boolean }) {
    return new Table(this, id, {
      partitionKey: text(TABLE.partitionKey),
      sortKey: text(TABLE.sortKey),
      billingMode: BillingMode.PAY_PER_REQUEST,
      timeToLiveAttribute: TABLE.expiry,
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: isRecoverable },
      deletionProtection: key !== undefined,
      removalPolicy: key ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
      // Without a key of one's own, AWS's own: encrypted, at no cost.
      ...(key && { encryption: TableEncryption.CUSTOMER_MANAGED, encryptionKey: key }),
    });
  }

  private newBucket(key: IKey | undefined): Bucket {
    return new Bucket(this, "Bucket", {
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
      enforceSSL: true,
      minimumTLSVersion: 1.2,
      encryption: key ? BucketEncryption.KMS : BucketEncryption.S3_MANAGED,
      ...(key && { encryptionKey: key, bucketKeyEnabled: true }),
      versioned: key !== undefined,
      ...(key && { serverAccessLogsBucket: this.accessLogs() }),
      removalPolicy: key ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
      lifecycleRules: [
        { id: "broken uploads", abortIncompleteMultipartUploadAfter: Duration.days(2) },
        { id: "old versions", noncurrentVersionExpiration: Duration.days(30) },
      ],
    });
  }

  /** Who read what of a clinical stack, for a year. S3 writes these logs only where no key of one's own encrypts them. */
  private accessLogs(): Bucket {
    return new Bucket(this, "AccessLogs", {
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      enforceSSL: true,
      minimumTLSVersion: 1.2,
      encryption: BucketEncryption.S3_MANAGED,
      versioned: true,
      removalPolicy: RemovalPolicy.RETAIN,
      lifecycleRules: [{ expiration: Duration.days(365) }],
    });
  }
}

function addIndex(table: Table, indexName: keyof typeof TABLE.indexes): void {
  const { partitionKey, sortKey } = TABLE.indexes[indexName];
  table.addGlobalSecondaryIndex({
    indexName,
    partitionKey: text(partitionKey),
    sortKey: text(sortKey),
    projectionType: ProjectionType.ALL,
  });
}

const text = (name: string): Attribute => ({ name, type: AttributeType.STRING });
