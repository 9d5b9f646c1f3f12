// Prints the gzipped size of the first load (entry, its static imports, CSS) and fails above the budget.
import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';

const BUDGET_KB = 250;
const dist = new URL('../dist/', import.meta.url);
const manifest = JSON.parse(readFileSync(new URL('.vite/manifest.json', dist), 'utf8'));

const files = new Set(['theme.js']);
const visit = (key) => {
  const chunk = manifest[key];
  if (!chunk || files.has(chunk.file)) return;
  files.add(chunk.file);
  for (const css of chunk.css ?? []) files.add(css);
  for (const imported of chunk.imports ?? []) visit(imported);
};
visit('index.html');
// The first page also loads its own chunk: the largest of them counts.
const size = (file) => gzipSync(readFileSync(new URL(file, dist)), { level: 9 }).length / 1000;
const dynamic = new Map();
for (const key of manifest['index.html'].dynamicImports ?? []) {
  const before = new Set(files);
  const extra = new Set();
  const walk = (k) => {
    const chunk = manifest[k];
    if (!chunk || before.has(chunk.file) || extra.has(chunk.file)) return;
    extra.add(chunk.file);
    for (const css of chunk.css ?? []) extra.add(css);
    for (const imported of chunk.imports ?? []) walk(imported);
  };
  walk(key);
  dynamic.set(
    key,
    [...extra].reduce((sum, file) => sum + size(file), 0),
  );
}
let total = 0;
for (const file of files) {
  const kb = size(file);
  total += kb;
  console.log(`${kb.toFixed(1).padStart(8)} kB gz  ${file}`);
}
let largest = ['', 0];
for (const [key, kb] of dynamic) {
  console.log(`${kb.toFixed(1).padStart(8)} kB gz  + ${key} (on demand)`);
  if (kb > largest[1]) largest = [key, kb];
}
const firstLoad = total + largest[1];
console.log(
  `first load: ${firstLoad.toFixed(1)} kB gzipped (shell ${total.toFixed(1)} + largest page ${largest[1].toFixed(1)}), budget ${BUDGET_KB} kB`,
);
if (firstLoad > BUDGET_KB) {
  console.error(
    `error: first load is ${firstLoad.toFixed(1)} kB, above the budget of ${BUDGET_KB} kB\nhint: load what the first page does not need by a dynamic import`,
  );
  process.exit(1);
}
