/**
 * The last plain head of a connection. A client's requests are alike but for the length of their bodies, so the next head is compared,
 * as bytes, and only read where it is another.
 */

import { Buffer } from 'node:buffer'
import type { PlainHead } from './request-head.ts'

export interface Recalled {
  readonly head: PlainHead
  /** Bytes of it, with the empty line. */
  readonly size: number
}

interface Known {
  readonly head: PlainHead
  /** All of it, all before the digits of the length, and all behind them. */
  readonly whole: Buffer
  readonly before: Buffer
  readonly after: Buffer
  /** How many digits. */
  readonly digits: number
}

/** A client whose heads differ each time is not asked for ever. */
const MOST_MISSES = 4
/** As many as a number may have. */
const LONGEST = 15
const LENGTH = /\r\ncontent-length:[\t ]*(\d+)/i
const ZERO = 0x30
const NINE = 0x39

export class HeadMemory {
  #known: Known | undefined
  #misses = 0

  /** The head that these bytes begin with; undefined: another than the last, or not all of it. */
  recall(bytes: Buffer): Recalled | undefined {
    const known = this.#known
    if (known === undefined) return undefined
    const { before, after, head, whole } = known
    let at = before.length
    let length = 0
    for (let digit = bytes[at]; digit !== undefined && digit >= ZERO && digit <= NINE; digit = bytes[++at])
      length = length * 10 + digit - ZERO
    const digits = at - before.length
    if (length === head.length && digits === known.digits) {
      if (!beginsAt(bytes, 0, whole)) return undefined
      this.#misses = 0
      return { head, size: whole.length }
    }
    if (digits === 0 || digits > LONGEST) return undefined
    if (!beginsAt(bytes, 0, before) || !beginsAt(bytes, at, after)) return undefined
    const size = at + after.length
    this.#misses = 0
    const told = bytes.toString('latin1', before.length, at)
    return { head: { ...head, length, headers: { ...head.headers, 'content-length': told } }, size }
  }

  /** `text` is all before the empty line, one character per byte. */
  keep(text: string, head: PlainHead): void {
    this.#known = undefined
    const [line, digits = ''] = LENGTH.exec(text) ?? ['']
    if (digits === '' || ++this.#misses > MOST_MISSES) return
    const to = text.indexOf(line) + line.length
    this.#known = {
      head: { ...head, headers: copied(head.headers) },
      whole: Buffer.from(`${text}\r\n\r\n`, 'latin1'),
      before: Buffer.from(text.slice(0, to - digits.length), 'latin1'),
      after: Buffer.from(`${text.slice(to)}\r\n\r\n`, 'latin1'),
      digits: digits.length,
    }
  }
}

/** A piece of a longer text is slow to compare, and these are compared at every request. */
function copied(headers: PlainHead['headers']): PlainHead['headers'] {
  const copies: PlainHead['headers'] = {}
  for (const [name, value] of Object.entries(headers))
    copies[name] = typeof value === 'string' ? Buffer.from(value, 'latin1').toString('latin1') : value
  return copies
}

function beginsAt(bytes: Buffer, at: number, part: Buffer): boolean {
  const end = at + part.length
  return end <= bytes.length && bytes.compare(part, 0, part.length, at, end) === 0
}
