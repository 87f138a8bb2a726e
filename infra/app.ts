// The tree that a stack hangs in, the same for synthesis, cost and tests: CDK's newer manners that we want, told by no file beside it.
import { App } from "aws-cdk-lib";

export const newApp = (): App =>
  new App({
    analyticsReporting: false,
    context: {
      // Access logs by the bucket's policy; the older way, by lists of rights, is closed on new buckets.
      "@aws-cdk/aws-s3:serverAccessLogsUseBucketPolicy": true,
    },
  });
