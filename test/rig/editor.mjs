/** An editor that saves as many do: it removes the file, then writes it anew. Saves as fast as it can until it is ended. */
import { unlinkSync, writeFileSync } from 'node:fs';

const [file = '', text = ''] = process.argv.slice(2);
const end = Date.now() + 60_000;
process.stdout.write('up\n');
while (Date.now() < end) {
  try {
    unlinkSync(file);
  } catch {
    // the other side has it right now
  }
  writeFileSync(file, text);
}
