/** Secrets as they may lie in a file: sealed with a key that lies elsewhere (AES-256-GCM; the key from `SLUICE_SECRET_KEY` by scrypt). */

import { Buffer } from 'node:buffer'
import { createCipheriv, createDecipheriv, randomBytes, scryptSync } from 'node:crypto'

export const SECRET_KEY_VARIABLE = 'SLUICE_SECRET_KEY'

const MARK = 'enc:v1:'
const IV_BYTES = 12
const TAG_BYTES = 16

export function isSealed(text: string): boolean {
  return text.startsWith(MARK)
}

export function seal(text: string, secret: string): string {
  const iv = randomBytes(IV_BYTES)
  const cipher = createCipheriv('aes-256-gcm', keyOf(secret), iv)
  const body = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()])
  return MARK + Buffer.concat([iv, cipher.getAuthTag(), body]).toString('base64url')
}

/** Undefined: another key, or somebody has changed it. */
export function unseal(sealed: string, secret: string): string | undefined {
  const bytes = Buffer.from(sealed.slice(MARK.length), 'base64url')
  if (bytes.length < IV_BYTES + TAG_BYTES) return undefined
  const [iv, tag] = [bytes.subarray(0, IV_BYTES), bytes.subarray(IV_BYTES, IV_BYTES + TAG_BYTES)]
  const cipher = createDecipheriv('aes-256-gcm', keyOf(secret), iv)
  cipher.setAuthTag(tag)
  try {
    return cipher.update(bytes.subarray(IV_BYTES + TAG_BYTES), undefined, 'utf8') + cipher.final('utf8')
  } catch {
    return undefined
  }
}

/** Slow on purpose, so once per secret: a configuration has many values and is read often. */
const keys = new Map<string, Buffer>()
const MOST_KEYS = 4

function keyOf(secret: string): Buffer {
  const known = keys.get(secret)
  if (known !== undefined) return known
  if (keys.size >= MOST_KEYS) keys.clear()
  const key = scryptSync(secret, 'sluice configuration v1', 32)
  keys.set(secret, key)
  return key
}
