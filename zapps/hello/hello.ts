// Greets who is named, says what a program of Zoe finds around it, and leaves a file in its output folder.
import { writeFileSync } from "node:fs";
import { join } from "node:path";

const name = process.argv[2] ?? "world";
const greeting = `Hello, ${name}!`;
console.log(greeting);

const folders = {
  "the zapp (read it, do not write)": process.cwd(),
  "your own, gone at the end": process.env.ZOE_WORK_DIR,
  "kept at the end": process.env.ZOE_OUTPUT_DIR,
  "kept between runs, shared by all instances": process.env.ZOE_CACHE_DIR,
};
for (const [purpose, folder] of Object.entries(folders))
  console.log(`${purpose.padEnd(44)} ${folder ?? "not told: this runs outside Zoe"}`);

const { ZOE_OUTPUT_DIR } = process.env;
if (ZOE_OUTPUT_DIR !== undefined) {
  writeFileSync(join(ZOE_OUTPUT_DIR, "greeting.txt"), `${greeting}\n`);
  console.log("greeting.txt is left in the output folder.");
}
