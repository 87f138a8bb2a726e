// Lambda's door to ../woken/schedule.ts.
import { hosted } from "#functions/aws/hosted.ts";
import { wokenSchedule } from "#functions/aws/woken/schedule.ts";

export const handler = wokenSchedule(await hosted("schedule"));
