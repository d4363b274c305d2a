/** Names content by its bytes: what is pinned in manifest.json and workflow.lock.yaml. */
import { createHash } from 'node:crypto';

/** SHA-256 in lower-case hex; a text counts as its UTF-8 bytes. */
export function sha256(content: string | Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}
