// The double's STS: who somebody is.
import * as sdk from "@aws-sdk/client-sts";
import { modelOf, offline } from "./model.ts";
import type { CallContext, Service } from "./service.ts";

export function sts(): Service {
  return {
    name: "sts",
    model: modelOf(sdk, new sdk.STSClient(offline)),
    throttle: { code: "Throttling", status: 400 },
    operations: {
      /** "No permissions are required." */
      GetCallerIdentity: (
        _: sdk.GetCallerIdentityCommandInput,
        { account, principal }: CallContext,
      ) => ({
        Account: account,
        Arn: principal,
        UserId: `AIDA${principal.split("/").at(-1)}`,
      }),
    },
  };
}
