/** Reads the head of an HTTP/1 answer: status, headers, and how long its body will be (RFC 9112). */

import { headerValue } from '#core'
import { WireError } from './wire-error.ts'

export type HeaderLookup = (name: string) => string | undefined

/** A count of bytes, chunks that say their length, or all that comes until the connection is closed. */
export type BodyLength = number | 'chunked' | 'until-close'

export interface ResponseHead {
  readonly status: number
  /** By lower-case name; what was said several times is joined by commas. */
  readonly header: HeaderLookup
  readonly length: BodyLength
  /** Whether the other side means to keep the connection. */
  readonly persistent: boolean
  /** How long it means to keep it unused, in seconds, if it says so. */
  readonly keepSeconds: number | undefined
}

const STATUS_LINE = /^HTTP\/1\.[01] [1-9][0-9]{2}(?: |\r\n|$)/
/** Where in it the minor version and the status stand. */
const MINOR = 7
const STATUS = 9
/** All lines, the first of any form: each a name and a value, in the characters that HTTP allows there. */
const LINES = /^[\t\x20-\x7e\x80-\xff]*(?:\r\n[\w!#$%&'*+.^`|~-]+:[\t\x20-\x7e\x80-\xff]*)*$/
/**
 * A line's end is both characters, and a value has neither, nor other control characters: what is read otherwise elsewhere is how answers
 * are smuggled.
 */
const STRAY = /[^\t\r\n\x20-\x7e\x80-\xff]|(?<!\r)\n|\r(?!\n)/

/** `text` is all before the empty line. Throws `not-http`. */
export function parseHead(text: string): ResponseHead {
  if (!STATUS_LINE.test(text)) throw notHttp('it does not begin with an HTTP/1 status')
  const status = statusIn(text)
  const header = headersOf(text)
  const length = bodyLength(header)
  const connection = header('connection')?.toLowerCase() ?? ''
  const kept = header('keep-alive')
  const keepSeconds = kept === undefined ? undefined : /(?:^|[\s,;])timeout=(\d{1,9})/i.exec(kept)?.[1]
  return {
    status,
    header,
    length: hasBody(status) ? length : 0,
    persistent:
      !connection.includes('close') &&
      (text[MINOR] === '1' || (connection.includes('keep-alive') && length !== 'chunked')) &&
      // It has no business having one, and whether it sends one nobody knows.
      (status !== 204 || length === 0 || length === 'until-close'),
    keepSeconds: keepSeconds === undefined ? undefined : Number(keepSeconds),
  }
}

/** `text` is all between the last chunk's line and the empty line, with the line break before it. Throws `not-http`. */
export function checkTrailers(text: string): void {
  headersOf(text)
}

/** Checked once as a whole, and looked up when asked: of twenty headers that a provider sends, five are. */
function headersOf(text: string): HeaderLookup {
  if (!LINES.test(text)) {
    throw notHttp(
      STRAY.test(text) ? 'a header holds a line break or a control character' : 'a header has no name',
    )
  }
  const lower = text.toLowerCase()
  return (name) => {
    const start = startOf(name)
    let value: string | undefined
    for (let at = lower.indexOf(start); at !== -1;) {
      const from = at + start.length
      const end = lower.indexOf('\r\n', from)
      const found = headerValue(text, from, end === -1 ? text.length : end)
      value = value === undefined ? found : `${value}, ${found}`
      at = end === -1 ? -1 : lower.indexOf(start, end)
    }
    return value
  }
}

/** Only our own words are asked for, so they are few. Text that is put together is costly to search for. */
const STARTS = new Map<string, string>()
const MOST_STARTS = 1000

function startOf(name: string): string {
  const known = STARTS.get(name)
  if (known !== undefined) return known
  const start = `\r\n${name}:`
  if (STARTS.size < MOST_STARTS) STARTS.set(name, start)
  return start
}

function statusIn(text: string): number {
  const digit = (at: number): number => text.charCodeAt(STATUS + at) - 0x30
  return digit(0) * 100 + digit(1) * 10 + digit(2)
}

function hasBody(status: number): boolean {
  return status >= 200 && status !== 204 && status !== 304
}

/** Of at most fifteen digits. */
function numberIn(text: string): number | undefined {
  if (text.length === 0 || text.length > 15) return undefined
  let number = 0
  for (let at = 0; at < text.length; at++) {
    const digit = text.charCodeAt(at) - 0x30
    if (digit < 0 || digit > 9) return undefined
    number = number * 10 + digit
  }
  return number
}

/** RFC 9112 section 6.3. Two lengths that differ, or a length beside chunks, are an attack or a fault: neither is guessed at. */
function bodyLength(header: HeaderLookup): BodyLength {
  const coding = header('transfer-encoding')
  const said = header('content-length')
  if (coding !== undefined) {
    if (coding.toLowerCase() !== 'chunked') throw notHttp('its transfer coding is unknown')
    if (said !== undefined) throw notHttp('it has a length and chunks')
    return 'chunked'
  }
  if (said === undefined) return 'until-close'
  const length = numberIn(said)
  if (length !== undefined) return length
  const [first = '', ...others] = said.split(/[ \t]*,[ \t]*/)
  const same = others.every((other) => other === first) ? numberIn(first) : undefined
  if (same === undefined) throw notHttp('its length is no number')
  return same
}

export function notHttp(why: string): WireError {
  return new WireError('not-http', `The answer is not HTTP: ${why}.`)
}
