// Bundles src/extension.ts, with the language client, into dist/extension.js: the only code that the .vsix holds.
import { readFile, readdir, writeFile } from "node:fs/promises";
import { build } from "esbuild";

const production = process.argv.includes("--production");

const { metafile } = await build({
  entryPoints: ["src/extension.ts"],
  outfile: "dist/extension.js",
  bundle: true,
  platform: "node",
  format: "cjs",
  target: "node20", // what VS Code 1.91, the oldest that we support, has inside
  external: ["vscode"], // provided by the editor
  minify: production,
  sourcemap: !production,
  metafile: true,
  logLevel: "warning",
});
await writeFile("dist/THIRD_PARTY_NOTICES.txt", await notices(Object.keys(metafile.inputs)));

/** The licences of the packages whose files are in the bundle: theirs ask to be kept with every copy. */
async function notices(inputs) {
  const packages = inputs.flatMap((file) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(file) ?? []);
  const texts = [...new Set(packages)].sort().map(async (folder) => {
    const licence = (await readdir(folder)).find((name) => /^licen[cs]e/i.test(name));
    if (licence === undefined) {
      throw new Error(`${folder} has no licence`);
    }
    return `${folder.replace(/^.*node_modules\//, "")}\n\n${(await readFile(`${folder}/${licence}`, "utf8")).trim()}\n`;
  });
  return (await Promise.all(texts)).join(`\n${"-".repeat(80)}\n\n`);
}
