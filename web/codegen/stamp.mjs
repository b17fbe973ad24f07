// Ties schema.ts to the openapi.json it was generated from: `node stamp.mjs` writes the stamp as its last line, with
// --check it fails where openapi.json has changed since, or schema.ts was edited by hand. It needs no package, so that
// every `npm run check` can afford it.
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';

const document = new URL('../openapi.json', import.meta.url);
const schema = new URL('../src/api/schema.ts', import.meta.url);
const MARK = '\n// stamp ';

const written = readFileSync(schema, 'utf8');
const at = written.lastIndexOf(MARK);
const code = at < 0 ? written.trimEnd() : written.slice(0, at);
const stamp = createHash('sha256').update(readFileSync(document)).update(code).digest('hex');

if (process.argv.includes('--check')) {
  if (at < 0 || written.slice(at + MARK.length).trim() !== stamp) {
    console.error('src/api/schema.ts is not what openapi.json generates: run `npm run schema` in web/ and commit it');
    process.exit(1);
  }
} else {
  writeFileSync(schema, `${code}${MARK}${stamp}\n`);
}
