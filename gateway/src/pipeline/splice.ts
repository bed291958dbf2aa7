/**
 * Writes top-level fields of a JSON body anew and leaves every other byte as it is: key order, spacing, numbers, unknown
 * fields. Parsing and printing would lose all of these, and prompt caches with them.
 */

const QUOTE = 0x22
const BACKSLASH = 0x5c
const COMMA = 0x2c
const OPEN_BRACE = 0x7b
const CLOSE_BRACE = 0x7d
const OPEN_BRACKET = 0x5b
const CLOSE_BRACKET = 0x5d

/** `body` is a JSON object already known to parse. A field it lacks is added at the front. */
export function splice(body: Uint8Array, fields: Readonly<Record<string, unknown>>): Uint8Array {
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength)
  const wanted = new Map<string, string>()
  for (const key in fields) wanted.set(key, JSON.stringify(fields[key]))
  const pieces: Buffer[] = []
  const missing = new Set(wanted.keys())
  let copied = 0

  for (const { key, from, to } of topLevelValues(bytes)) {
    const text = wanted.get(key)
    if (text === undefined) continue
    missing.delete(key)
    pieces.push(bytes.subarray(copied, from), Buffer.from(text))
    copied = to
  }
  pieces.push(bytes.subarray(copied))
  const spliced = pieces.length === 1 ? bytes : Buffer.concat(pieces)
  return missing.size === 0 ? spliced : withAdded(spliced, wanted, missing)
}

function withAdded(bytes: Buffer, wanted: ReadonlyMap<string, string>, missing: ReadonlySet<string>): Buffer {
  const open = bytes.indexOf(OPEN_BRACE) + 1
  const added = [...missing].map((key) => `${JSON.stringify(key)}:${wanted.get(key) ?? 'null'}`).join(',')
  const empty = bytes.toString('latin1', open).trimStart().startsWith('}')
  return Buffer.concat([
    bytes.subarray(0, open),
    Buffer.from(empty ? added : `${added},`),
    bytes.subarray(open),
  ])
}

interface Span {
  readonly key: string
  /** Byte offsets of the value. */
  readonly from: number
  readonly to: number
}

function topLevelValues(bytes: Buffer): Span[] {
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
    spans.push({ key, from, to })
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
