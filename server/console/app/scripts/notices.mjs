// Writes the licences of everything the built console may contain next to it, as those licences ask.
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const LICENCE_FILE = /^(licen[cs]e|copying|notice|thirdpartynotices)/i;

const { packages } = JSON.parse(readFileSync("package-lock.json", "utf8"));
const shipped = Object.keys(packages).filter((path) => isShipped(path, packages[path]));
const notices = shipped.sort().map(notice);
writeFileSync("../static/LICENSES.txt", notices.join(`\n${"=".repeat(78)}\n\n`));

function isShipped(path, entry) {
  return path !== "" && !entry.dev && !entry.optional && !path.includes("node_modules/@types/") && existsSync(path);
}

function notice(path) {
  const { name, version, license, repository } = JSON.parse(readFileSync(join(path, "package.json"), "utf8"));
  const source = repository?.url ?? repository ?? "";
  return `${name} ${version}\n${license} ${source}\n\n${licenceTexts(path)}\n`;
}

function licenceTexts(path) {
  const files = readdirSync(path).filter((file) => LICENCE_FILE.test(file)).sort();
  const texts = files.map((file) => readFileSync(join(path, file), "utf8").replaceAll("\r\n", "\n").trim());
  return texts.join("\n\n") || "The package names its licence without carrying the text.";
}
