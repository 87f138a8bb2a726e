// `npm run rights`: writes the tables of docs/security.md from the rights and the attempts.
import { readFileSync, writeFileSync } from "node:fs";
import { deniedCalls } from "./denied/denied.ts";
import { openGround } from "./ground.ts";
import { PAGE, withTables } from "./page.ts";

const { rights } = await openGround();
writeFileSync(PAGE, withTables(readFileSync(PAGE, "utf8"), rights, deniedCalls()));
console.log(`Wrote the tables of ${PAGE}.`);
