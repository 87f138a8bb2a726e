// Lambda's door to ../woken/launch.ts.
import { hosted } from "#functions/aws/hosted.ts";
import { wokenLaunch } from "#functions/aws/woken/launch.ts";

export const handler = wokenLaunch(await hosted("launch"));
