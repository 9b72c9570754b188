// Copies the named files of the npm packages in vendor.json into the static folder and notes
// where they come from. Run by hand when a version changes; the copies are committed, so that
// nobody who installs the site needs Node. With --check it only compares and fails on a difference.
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const here = import.meta.dirname;
const vendor = join(here, "../marugoto_site/static/marugoto/vendor");
const check = process.argv.includes("--check");
let differences = 0;

function put(path, bytes) {
  if (!check) return writeFileSync(path, bytes);
  if (existsSync(path) && readFileSync(path).equals(Buffer.from(bytes))) return;
  console.error(`differs: ${path}`);
  differences += 1;
}

for (const item of JSON.parse(readFileSync(join(here, "vendor.json"), "utf8"))) {
  const work = mkdtempSync(join(tmpdir(), "vendor-"));
  const spec = `${item.package}@${item.version}`;
  const archive = execFileSync("npm", ["pack", "--silent", spec], { cwd: work, encoding: "utf8" });
  execFileSync("tar", ["xzf", archive.trim()], { cwd: work });
  const target = join(vendor, item.folder);
  mkdirSync(target, { recursive: true });
  const notes = [`name: ${item.package}`, `version: ${item.version}`, `licence: ${item.licence}`];
  for (const [source, name] of Object.entries(item.files)) {
    const bytes = readFileSync(join(work, "package", source));
    put(join(target, name), bytes);
    notes.push(`sha256: ${createHash("sha256").update(bytes).digest("hex")}  ${name}`);
  }
  put(join(target, "VENDOR.txt"), notes.join("\n") + "\n");
}
process.exit(differences ? 1 : 0);
