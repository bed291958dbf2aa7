/**
 * Writes top-level fields of a JSON body anew and leaves every other byte as it is: key order, spacing, numbers, unknown
 * fields. Parsing and printing would lose all of these, and prompt caches with them.
 */

import type { JsonObject } from '#core'

const QUOTE = 0x22
const BACKSLASH = 0x5c
const COLON = 0x3a
const COMMA = 0x2c
const OPEN_BRACE = 0x7b
const CLOSE_BRACE = 0x7d
const OPEN_BRACKET = 0x5b
const CLOSE_BRACKET = 0x5d

/** `wire` is what `body` parses to. A field it lacks is added at the front. */
export function splice(body: Buffer, wire: JsonObject, fields: Readonly<Record<string, unknown>>): Buffer {
  let bytes = body
  for (const key in fields) {
    const text = JSON.stringify(fields[key])
    if (!(key in wire)) bytes = withAdded(bytes, key, text)
    else bytes = withReplaced(bytes, loneValue(bytes, key) ?? valuesOf(bytes, key), text)
  }
  return bytes
}

function withReplaced(bytes: Buffer, spans: readonly Span[], text: string): Buffer {
  const pieces: Buffer[] = []
  const value = Buffer.from(text)
  let copied = 0
  for (const { from, to } of spans) {
    pieces.push(bytes.subarray(copied, from), value)
    copied = to
  }
  pieces.push(bytes.subarray(copied))
  return Buffer.concat(pieces)
}

function withAdded(bytes: Buffer, key: string, text: string): Buffer {
  const open = bytes.indexOf(OPEN_BRACE) + 1
  const field = `${JSON.stringify(key)}:${text}`
  const empty = bytes[skipSpace(bytes, open)] === CLOSE_BRACE
  return Buffer.concat([
    bytes.subarray(0, open),
    Buffer.from(empty ? field : `${field},`),
    bytes.subarray(open),
  ])
}

interface Span {
  /** Byte offsets of the value. */
  readonly from: number
  readonly to: number
}

/**
 * The usual case without reading the whole body: the key is known to be there, its text occurs once as a key, and nothing is
 * spelled with escapes that could hide another. Three searches instead of a walk: 0.5 µs instead of 4.
 */
function loneValue(bytes: Buffer, key: string): readonly Span[] | undefined {
  const quoted = `"${key}"`
  const at = bytes.indexOf(quoted)
  if (at === -1 || bytes.includes(quoted, at + 1) || bytes.includes('\\u00')) return undefined
  const colon = skipSpace(bytes, at + quoted.length)
  if (bytes[colon] !== COLON) return undefined
  const from = skipSpace(bytes, colon + 1)
  return [{ from, to: endOfValue(bytes, from) }]
}

/** Every value of a top-level key: given twice, parsers take the last, so both must change. */
function valuesOf(bytes: Buffer, wanted: string): readonly Span[] {
  const spans: Span[] = []
  let at = bytes.indexOf(OPEN_BRACE) + 1
  while (at > 0 && at < bytes.length) {
    at = skipSpace(bytes, at)
    if (bytes[at] === COMMA) at = skipSpace(bytes, at + 1)
    if (bytes[at] !== QUOTE) break
    const keyEnd = endOfString(bytes, at)
    const key = keyText(bytes, at, keyEnd)
    // A body that parses has a colon here.
    const from = skipSpace(bytes, skipSpace(bytes, keyEnd) + 1)
    const to = endOfValue(bytes, from)
    if (key === wanted) spans.push({ from, to })
    at = to
  }
  return spans
}

/** A key may be written with escapes. */
function keyText(bytes: Buffer, from: number, to: number): string {
  const text = bytes.toString('utf8', from, to)
  if (!text.includes('\\')) return text.slice(1, -1)
  const parsed: unknown = JSON.parse(text)
  return typeof parsed === 'string' ? parsed : text
}

function skipSpace(bytes: Buffer, from: number): number {
  let at = from
  for (
    let byte = bytes[at];
    byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
    byte = bytes[at]
  )
    at++
  return at
}

/** Offset after the closing quote of the string that begins at `from`. */
function endOfString(bytes: Buffer, from: number): number {
  for (let at = from + 1; ;) {
    const quote = bytes.indexOf(QUOTE, at)
    if (quote === -1) return bytes.length
    let slashes = 0
    while (bytes[quote - 1 - slashes] === BACKSLASH) slashes++
    if (slashes % 2 === 0) return quote + 1
    at = quote + 1
  }
}

function endOfValue(bytes: Buffer, from: number): number {
  const first = bytes[from]
  if (first === QUOTE) return endOfString(bytes, from)
  if (first !== OPEN_BRACE && first !== OPEN_BRACKET) return endOfScalar(bytes, from)
  let depth = 0
  for (let at = from; at < bytes.length; at++) {
    const byte = bytes[at]
    if (byte === QUOTE) at = endOfString(bytes, at) - 1
    else if (byte === OPEN_BRACE || byte === OPEN_BRACKET) depth++
    else if ((byte === CLOSE_BRACE || byte === CLOSE_BRACKET) && --depth === 0) return at + 1
  }
  return bytes.length
}

function endOfScalar(bytes: Buffer, from: number): number {
  let at = from
  for (let byte = bytes[at]; at < bytes.length; byte = bytes[++at]) {
    if (
      byte === COMMA ||
      byte === CLOSE_BRACE ||
      byte === 0x20 ||
      byte === 0x0a ||
      byte === 0x0d ||
      byte === 0x09
    )
      break
  }
  return at
}
