/** The bytes of an HTTP/1.1 request: its head checked, its body framed (RFC 9112). */

import type { Socket } from 'node:net'
import type { Readable } from 'node:stream'
import { unfitHeader } from '#core'
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

/** Throws `bad-header` for what would end a line or begin another request. */
export function requestBytes(request: UpstreamRequest | UploadRequest, host: string): RequestBytes {
  const { method, path, headers, body } = request
  if (!TARGET.test(path)) throw badHeader('path')
  const unfit = unfitHeader(headers)
  if (unfit !== undefined) throw badHeader(`header ${unfit}`)
  let head = `${method} ${path} HTTP/1.1\r\nhost: ${host}\r\nconnection: keep-alive\r\n`
  let length = lengthOf(body, method)
  for (let at = 0; at + 1 < headers.length; at += 2) {
    const name = headers[at] ?? ''
    const value = headers[at + 1] ?? ''
    const kind = kindOf(name)
    if (kind === 'passed') head += `${name}: ${value}\r\n`
    else if (kind === 'length' && isStream(body)) length = told(value, length)
  }
  const framing = isStream(body) && length === undefined ? 'transfer-encoding: chunked\r\n' : ''
  const size = length === undefined ? '' : `content-length: ${length}\r\n`
  return { head: `${head}${framing}${size}\r\n`, body, length }
}

export function isStream(body: RequestBytes['body']): body is Readable {
  return body !== null && typeof body === 'object' && 'pipe' in body
}

function lengthOf(body: RequestBytes['body'], method: string): number | undefined {
  if (typeof body === 'string') return Buffer.byteLength(body)
  if (body === null) return method === 'POST' ? 0 : undefined
  return isStream(body) ? undefined : body.byteLength
}

/** `before`: it may be told again, but not otherwise. */
function told(value: string, before: number | undefined): number {
  const length = Number(value)
  if (!/^\d{1,15}$/.test(value) || length !== (before ?? length)) throw badHeader('header content-length')
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
