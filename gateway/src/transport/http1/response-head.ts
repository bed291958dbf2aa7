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
/** A line's end is both characters, and a value has neither: what is read otherwise elsewhere is how answers are smuggled. */
const STRAY = /\0|(?<!\r)\n|\r(?!\n)/

/** `text` is all before the empty line. Throws `not-http`. */
export function parseHead(text: string): ResponseHead {
  const line = STATUS_LINE.exec(text)
  if (line === null) throw notHttp('it does not begin with an HTTP/1 status')
  if (STRAY.test(text)) throw notHttp('a header holds a line break or a zero')
  const status = Number(line[2])
  const headers = headersOf(text)
  const connection = headers.get('connection')?.toLowerCase() ?? ''
  const keepSeconds = /(?:^|[\s,;])timeout=(\d{1,9})/i.exec(headers.get('keep-alive') ?? '')?.[1]
  return {
    status,
    header: (name) => headers.get(name),
    length: bodyLength(status, headers),
    persistent: line[1] === '1' ? !connection.includes('close') : connection.includes('keep-alive'),
    keepSeconds: keepSeconds === undefined ? undefined : Number(keepSeconds),
  }
}

function headersOf(text: string): Map<string, string> {
  const headers = new Map<string, string>()
  let end = text.indexOf('\r\n')
  while (end !== -1) {
    const start = end + 2
    const colon = text.indexOf(':', start)
    end = text.indexOf('\r\n', start)
    const name = text.slice(start, colon)
    if (colon === -1 || !TOKEN.test(name)) throw notHttp('a header has no name')
    const value = text.slice(colon + 1, end === -1 ? undefined : end).trim()
    const key = name.toLowerCase()
    const before = headers.get(key)
    headers.set(key, before === undefined ? value : `${before}, ${value}`)
  }
  return headers
}

/** RFC 9112 section 6.3. Two lengths that differ, or a length beside chunks, are an attack or a fault: neither is guessed at. */
function bodyLength(status: number, headers: ReadonlyMap<string, string>): BodyLength {
  if (status < 200 || status === 204 || status === 304) return 0
  const coding = headers.get('transfer-encoding')
  const said = headers.get('content-length')
  if (coding !== undefined) {
    if (coding.toLowerCase() !== 'chunked') throw notHttp('its transfer coding is unknown')
    if (said !== undefined) throw notHttp('it has a length and chunks')
    return 'chunked'
  }
  if (said === undefined) return 'until-close'
  const [first = '', ...others] = said.split(',').map((length) => length.trim())
  if (!/^\d{1,15}$/.test(first) || others.some((other) => other !== first))
    throw notHttp('its length is no number')
  return Number(first)
}

export function notHttp(why: string): WireError {
  return new WireError('not-http', `The answer is not HTTP: ${why}.`)
}
