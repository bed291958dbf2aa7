/** Reads the head of an HTTP/1 answer: status, headers, and how long its body will be (RFC 9112). */

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

const STATUS_LINE = /^HTTP\/1\.([01]) ([1-9][0-9]{2})(?: |\r\n|$)/
const TOKEN = /^[\w!#$%&'*+.^`|~-]+$/
/**
 * A line's end is both characters, and a value has neither, nor other control characters: what is read otherwise elsewhere is how answers
 * are smuggled.
 */
const STRAY = /[^\t\r\n\x20-\x7e\x80-\xff]|(?<!\r)\n|\r(?!\n)/

/** `text` is all before the empty line. Throws `not-http`. */
export function parseHead(text: string): ResponseHead {
  const line = STATUS_LINE.exec(text)
  if (line === null) throw notHttp('it does not begin with an HTTP/1 status')
  const status = Number(line[2])
  const headers = headersOf(text)
  const length = bodyLength(headers)
  const connection = headers.get('connection')?.toLowerCase() ?? ''
  const keepSeconds = /(?:^|[\s,;])timeout=(\d{1,9})/i.exec(headers.get('keep-alive') ?? '')?.[1]
  return {
    status,
    header: (name) => headers.get(name),
    length: hasBody(status) ? length : 0,
    persistent:
      !connection.includes('close') &&
      (line[1] === '1' || (connection.includes('keep-alive') && length !== 'chunked')) &&
      // It has no business having one, and whether it sends one nobody knows.
      (status !== 204 || length === 0 || length === 'until-close'),
    keepSeconds: keepSeconds === undefined ? undefined : Number(keepSeconds),
  }
}

/** `text` is all between the last chunk's line and the empty line, with the line break before it. Throws `not-http`. */
export function checkTrailers(text: string): void {
  headersOf(text)
}

/** All lines but the first. */
function headersOf(text: string): Map<string, string> {
  if (STRAY.test(text)) throw notHttp('a header holds a line break or a control character')
  const headers = new Map<string, string>()
  let end = text.indexOf('\r\n')
  while (end !== -1) {
    const start = end + 2
    const colon = text.indexOf(':', start)
    end = text.indexOf('\r\n', start)
    const name = text.slice(start, colon)
    if (colon === -1 || !TOKEN.test(name)) throw notHttp('a header has no name')
    const value = trimmed(text, colon + 1, end === -1 ? text.length : end)
    const key = name.toLowerCase()
    const before = headers.get(key)
    headers.set(key, before === undefined ? value : `${before}, ${value}`)
  }
  return headers
}

/** Spaces and tabs only: what else JavaScript trims belongs to the value. */
function trimmed(text: string, from: number, to: number): string {
  let start = from
  let end = to
  while (start < end && isBlank(text.charCodeAt(start))) start++
  while (start < end && isBlank(text.charCodeAt(end - 1))) end--
  return text.slice(start, end)
}

function isBlank(character: number): boolean {
  return character === 0x20 || character === 0x09
}

function hasBody(status: number): boolean {
  return status >= 200 && status !== 204 && status !== 304
}

/** RFC 9112 section 6.3. Two lengths that differ, or a length beside chunks, are an attack or a fault: neither is guessed at. */
function bodyLength(headers: ReadonlyMap<string, string>): BodyLength {
  const coding = headers.get('transfer-encoding')
  const said = headers.get('content-length')
  if (coding !== undefined) {
    if (coding.toLowerCase() !== 'chunked') throw notHttp('its transfer coding is unknown')
    if (said !== undefined) throw notHttp('it has a length and chunks')
    return 'chunked'
  }
  if (said === undefined) return 'until-close'
  const [first = '', ...others] = said.split(/[ \t]*,[ \t]*/)
  if (!/^\d{1,15}$/.test(first) || others.some((other) => other !== first))
    throw notHttp('its length is no number')
  return Number(first)
}

export function notHttp(why: string): WireError {
  return new WireError('not-http', `The answer is not HTTP: ${why}.`)
}
