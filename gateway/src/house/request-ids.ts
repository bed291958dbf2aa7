/** Ids of requests, as UUIDs (RFC 9562, version 4): written a few hundred at a time, since one by one they cost more than all else about an id. */

import { Buffer } from 'node:buffer'
import { randomFillSync } from 'node:crypto'

const WRITTEN = 512
/** Characters. */
const LENGTH = 36
/** `x` is any digit, `y` one that stands for the variant. */
const FORM = Buffer.from('xxxxxxxx-xxxx-4xxx-yxxx-xxxxxxxxxxxx')
const ANY = 'x'.charCodeAt(0)
const VARIANT = 'y'.charCodeAt(0)
const DIGITS = Buffer.from('0123456789abcdef')

export function requestIds(): () => string {
  const random = Buffer.alloc(LENGTH * WRITTEN)
  const ids = Buffer.alloc(LENGTH * WRITTEN)
  let at = ids.length
  return () => {
    if (at === ids.length) {
      writeIds(ids, randomFillSync(random))
      at = 0
    }
    at += LENGTH
    return ids.toString('latin1', at - LENGTH, at)
  }
}

function writeIds(ids: Buffer, random: Buffer): void {
  for (let at = 0; at < ids.length; at++) {
    const form = FORM[at % LENGTH] ?? ANY
    const chance = random[at] ?? 0
    if (form === ANY) ids[at] = DIGITS[chance & 15] ?? form
    else if (form === VARIANT) ids[at] = DIGITS[8 | (chance & 3)] ?? form
    else ids[at] = form
  }
}
