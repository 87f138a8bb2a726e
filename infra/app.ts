// The tree that a stack hangs in, the same for synthesis, cost and tests: CDK's newer manners that we want, told by no file beside it.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { App } from "aws-cdk-lib";

/** Without `outdir` its template goes where the CDK's command line says. */
export const newApp = (outdir?: string): App =>
  new App({
    ...(outdir !== undefined && { outdir }),
    analyticsReporting: false,
    context: {
      // Access logs by the bucket's policy; the older way, by lists of rights, is closed on new buckets.
      "@aws-cdk/aws-s3:serverAccessLogsUseBucketPolicy": true,
    },
  });

/** For a template that is only looked at: the folder into which it is written goes at once. */
export function inPassing<T>(look: (app: App) => T): T {
  const outdir = mkdtempSync(join(tmpdir(), "zoe-template-"));
  try {
    return look(newApp(outdir));
  } finally {
    rmSync(outdir, { recursive: true, force: true });
  }
}
