// Lambda's door to ../woken/observe.ts.
import { hosted } from "#functions/aws/hosted.ts";
import { wokenObserve } from "#functions/aws/woken/observe.ts";

export const handler = wokenObserve(await hosted("observe"));
