// Lambda's door to ../woken/roles.ts.
import { IAMClient } from "@aws-sdk/client-iam";
import { hosted } from "#functions/aws/hosted.ts";
import { calledRoles } from "#functions/aws/woken/roles.ts";

export const handler = calledRoles(await hosted("roles"), new IAMClient());
