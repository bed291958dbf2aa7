/** The only form in which a key may be shown. */

import { createHash } from 'node:crypto'

/** First 8 hex digits of the SHA-256. */
export function fingerprint(secret: string): string {
  return createHash('sha256').update(secret).digest('hex').slice(0, 8)
}
