/**
 * Writes top-level fields of a JSON body anew and leaves every other byte as it is: key order, spacing, numbers, unknown
 * fields. Parsing and printing would lose all of these, and prompt caches with them.
 *
 * Works on the body read as Latin-1, one character per byte: no byte is lost, and strings are searched faster than buffers.
 */

import { Buffer } from 'node:buffer'
import type { JsonObject } from '#core'

/** `body` is the body as Latin-1 and `wire` what it parses to. A field it lacks is added at the front. Gives Latin-1 again. */
export function splice(body: string, wire: JsonObject, fields: Readonly<Record<string, unknown>>): string {
  let text = body
  for (const key in fields) {
    if (fields[key] === undefined) {
      if (key in wire) text = withRemoved(text, valuesOf(text, key))
      continue
    }
    const value = printed(fields[key])
    text =
      key in wire
        ? withReplaced(text, loneValue(text, key) ?? valuesOf(text, key), value)
        : withAdded(text, key, value)
  }
  return text
}

/** Letters, digits and signs that stand for themselves in JSON; names of models have nearly always no others. */
const PLAIN = /^[\w ./:@+-]*$/

function printed(value: unknown): string {
  return typeof value === 'string' && PLAIN.test(value) ? `"${value}"` : asLatin1(JSON.stringify(value))
}

function asLatin1(text: string): string {
  if (Buffer.byteLength(text) === text.length) return text
  return Buffer.from(text).toString('latin1')
}

interface Span {
  /** Offset of the key. */
  readonly key: number
  /** Offsets of the value. */
  readonly from: number
  readonly to: number
}

function withReplaced(text: string, spans: readonly Span[], value: string): string {
  let out = ''
  let copied = 0
  for (const { from, to } of spans) {
    out += text.slice(copied, from) + value
    copied = to
  }
  return out + text.slice(copied)
}

/** With one comma, so that what is left still parses. */
function withRemoved(text: string, spans: readonly Span[]): string {
  let out = text
  for (const { key, to } of spans.toReversed()) {
    const end = skipSpace(out, to)
    const before = out.slice(0, key).trimEnd()
    if (out[end] === ',') out = out.slice(0, key) + out.slice(skipSpace(out, end + 1))
    else if (before.endsWith(',')) out = before.slice(0, -1) + out.slice(to)
    else out = out.slice(0, key) + out.slice(end)
  }
  return out
}

function withAdded(text: string, key: string, value: string): string {
  const open = text.indexOf('{') + 1
  const field = `${asLatin1(JSON.stringify(key))}:${value}`
  const empty = text[skipSpace(text, open)] === '}'
  return text.slice(0, open) + field + (empty ? '' : ',') + text.slice(open)
}

/**
 * The usual case without reading the whole body: the key is known to be there, its text occurs once and as a key, and nothing is
 * spelled with escapes that could hide another. Three searches instead of a walk.
 */
function loneValue(text: string, key: string): readonly Span[] | undefined {
  const quoted = `"${key}"`
  const at = text.indexOf(quoted)
  if (at === -1 || text.includes(quoted, at + 1) || text.includes('\\u00')) return undefined
  const colon = skipSpace(text, at + quoted.length)
  if (text[colon] !== ':') return undefined
  const from = skipSpace(text, colon + 1)
  return [{ key: at, from, to: endOfValue(text, from) }]
}

/** Every value of a top-level key: given twice, parsers take the last, so both must change. */
function valuesOf(text: string, wanted: string): readonly Span[] {
  const spans: Span[] = []
  let at = text.indexOf('{') + 1
  while (at > 0 && at < text.length) {
    at = skipSpace(text, at)
    if (text[at] === ',') at = skipSpace(text, at + 1)
    if (text[at] !== '"') break
    const keyEnd = endOfString(text, at)
    const key = keyIn(text.slice(at, keyEnd))
    // A body that parses has a colon here.
    const from = skipSpace(text, skipSpace(text, keyEnd) + 1)
    const to = endOfValue(text, from)
    if (key === wanted) spans.push({ key: at, from, to })
    at = to
  }
  return spans
}

/** A key may be written with escapes. */
function keyIn(quoted: string): string {
  const text = Buffer.from(quoted, 'latin1').toString('utf8')
  const parsed: unknown = text.includes('\\') ? JSON.parse(text) : text.slice(1, -1)
  return typeof parsed === 'string' ? parsed : text
}

function skipSpace(text: string, from: number): number {
  let at = from
  while (isSpace(text[at])) at++
  return at
}

function isSpace(character: string | undefined): boolean {
  return character === ' ' || character === '\n' || character === '\r' || character === '\t'
}

/** Offset after the closing quote of the string that begins at `from`. */
function endOfString(text: string, from: number): number {
  for (let at = from + 1; ;) {
    const quote = text.indexOf('"', at)
    if (quote === -1) return text.length
    let slashes = 0
    while (text[quote - 1 - slashes] === '\\') slashes++
    if (slashes % 2 === 0) return quote + 1
    at = quote + 1
  }
}

function endOfValue(text: string, from: number): number {
  const first = text[from]
  if (first === '"') return endOfString(text, from)
  if (first !== '{' && first !== '[') return endOfScalar(text, from)
  let depth = 0
  for (let at = from; at < text.length; at++) {
    const character = text[at]
    if (character === '"') at = endOfString(text, at) - 1
    else if (character === '{' || character === '[') depth++
    else if ((character === '}' || character === ']') && --depth === 0) return at + 1
  }
  return text.length
}

function endOfScalar(text: string, from: number): number {
  let at = from
  while (at < text.length && text[at] !== ',' && text[at] !== '}' && !isSpace(text[at])) at++
  return at
}
