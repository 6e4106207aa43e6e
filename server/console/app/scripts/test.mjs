// Runs tests/*.test.ts with Node's own runner, after taking their types off as the build does.
import { spawnSync } from "node:child_process";
import { readdirSync, rmSync } from "node:fs";
import { join } from "node:path";

import { build } from "vite";

const OUTPUT = "node_modules/.tests";

const names = readdirSync("tests").filter((file) => file.endsWith(".test.ts"));
const input = Object.fromEntries(names.map((file) => [file.replace(/\.ts$/, ""), join("tests", file)]));
rmSync(OUTPUT, { recursive: true, force: true });
await build({
  configFile: false,
  logLevel: "warn",
  publicDir: false,
  build: { ssr: true, outDir: OUTPUT, minify: false, rolldownOptions: { input } },
});
const files = Object.keys(input).map((name) => join(OUTPUT, `${name}.js`));
process.exit(spawnSync(process.execPath, ["--test", ...files], { stdio: "inherit" }).status ?? 1);
