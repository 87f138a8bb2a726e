// Lambda's door to ../woken/feed.ts.
import { hosted } from "#functions/aws/hosted.ts";
import { wokenFeed } from "#functions/aws/woken/feed.ts";

export const handler = wokenFeed(await hosted("feed"));
