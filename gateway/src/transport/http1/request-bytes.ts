/** The bytes of an HTTP/1.1 request: its head checked, its body framed (RFC 9112). */

import { Buffer } from 'node:buffer'
import type { Socket } from 'node:net'
import type { Readable } from 'node:stream'
import { HeaderLines, isHeaderValue } from '#core'
import type { UploadRequest, UpstreamRequest } from '../upstream.ts'
import { WireError } from './wire-error.ts'

export interface RequestBytes {
  /** With the empty line, in Latin-1. */
  readonly head: string
  readonly body: string | Uint8Array | Readable | null
  /** Bytes of the body; undefined: it goes in chunks. */
  readonly length: number | undefined
}

const NAME = /^[\w!#$%&'*+.^`|~-]+$/
const TARGET = /^\/[\x21-\x7e]*$/
/** What this client says itself. */
const OWN = /^(?:host|connection|keep-alive|transfer-encoding|upgrade|expect|te|trailer)$/i
const LENGTH = /^content-length$/i

type Kind = 'passed' | 'own' | 'length'

/** Names are few and come again and again. */
const KINDS = new Map<string, Kind>()
const MOST_NAMES = 1000

function kindOf(name: string): Kind {
  const known = KINDS.get(name)
  if (known !== undefined) return known
  if (!NAME.test(name)) throw badHeader('name of a header')
  const kind = LENGTH.test(name) ? 'length' : OWN.test(name) ? 'own' : 'passed'
  if (KINDS.size < MOST_NAMES) KINDS.set(name, kind)
  return kind
}

/** Writes the requests to one host. */
export class RequestWriter {
  readonly #host: string
  readonly #lines = new HeaderLines(lineOf)
  #method = ''
  #path = ''
  #first = ''

  constructor(host: string) {
    this.#host = host
  }

  /** Throws `bad-header` for what would end a line or begin another request. The headers may not be changed afterwards. */
  bytes({ method, path, headers, body, isAscii }: UpstreamRequest | UploadRequest): RequestBytes {
    const first = this.#firstLines(method, path)
    const lines = this.#lines.of(headers)
    const length = isStream(body) ? toldLength(headers) : lengthOf(body, method, isAscii)
    const framing =
      length !== undefined
        ? `content-length: ${length}\r\n`
        : isStream(body)
          ? 'transfer-encoding: chunked\r\n'
          : ''
    return { head: `${first}${lines}${framing}\r\n`, body, length }
  }

  /** Nearly always the same as before. */
  #firstLines(method: string, path: string): string {
    if (path === this.#path && method === this.#method) return this.#first
    if (!TARGET.test(path)) throw badHeader('path')
    this.#method = method
    this.#path = path
    this.#first = `${method} ${path} HTTP/1.1\r\nhost: ${this.#host}\r\nconnection: keep-alive\r\n`
    return this.#first
  }
}

function lineOf(name: string, value: string): string {
  const kind = kindOf(name)
  if (!isHeaderValue(value)) throw badHeader(`header ${name}`)
  return kind === 'passed' ? `${name}: ${value}\r\n` : ''
}

export function isStream(body: RequestBytes['body']): body is Readable {
  return body !== null && typeof body === 'object' && 'pipe' in body
}

function lengthOf(
  body: Exclude<RequestBytes['body'], Readable>,
  method: string,
  isAscii: boolean | undefined,
): number | undefined {
  if (typeof body === 'string') return isAscii === true ? body.length : Buffer.byteLength(body)
  if (body === null) return method === 'POST' ? 0 : undefined
  return body.byteLength
}

/** Of a body that is still to come; it may be told several times, but not otherwise. */
function toldLength(headers: readonly string[]): number | undefined {
  let length: number | undefined
  for (let at = 0; at + 1 < headers.length; at += 2) {
    if (kindOf(headers[at] ?? '') !== 'length') continue
    const value = headers[at + 1] ?? ''
    if (!/^\d{1,15}$/.test(value) || Number(value) !== (length ?? Number(value)))
      throw badHeader('header content-length')
    length = Number(value)
  }
  return length
}

function badHeader(what: string): WireError {
  return new WireError('bad-header', `The ${what} has characters that HTTP does not allow there.`)
}

/** Bodies that are shorter go out with the head in one piece: one call to the kernel, one packet. */
const ONE_PIECE = 64 * 1024

/** All but a stream. As Latin-1 wherever the bytes allow it: the socket copies that, and transcodes everything else. */
export function writeRequest(socket: Socket, { head, body, length }: RequestBytes): void {
  if (body === null || isStream(body)) return void socket.write(head, 'latin1')
  if (typeof body === 'string' && body.length === length) return void socket.write(head + body, 'latin1')
  if (typeof body !== 'string' && body.byteLength <= ONE_PIECE)
    return void socket.write(head + latin1(body), 'latin1')
  socket.cork()
  socket.write(head, 'latin1')
  socket.write(body)
  socket.uncork()
}

function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1')
}
