/** Reads a request body, bounded, and makes a JSON object of it. */

import { Buffer, isAscii } from 'node:buffer'
import { GatewayError, isObject, type JsonObject, parseJson } from '#core'
import type { DownstreamRequest } from './downstream.ts'

export interface JsonBody {
  readonly bytes: Buffer
  /** The same, where each byte is a character: it need not be read again then. */
  readonly text: string | undefined
  readonly wire: JsonObject
}

/**
 * Throws or rejects with `too-large`, `invalid-request`, or `cancelled` when the client leaves while sending. What is all there is given
 * at once.
 */
export function readJson(request: DownstreamRequest, limit: number): JsonBody | Promise<JsonBody> {
  const encoding = request.headers['content-encoding']
  if (encoding !== undefined && encoding !== 'identity') {
    const words = `Request bodies with content-encoding ${encoding} are not accepted.`
    throw new GatewayError('invalid-request', words, { status: 415, param: 'content-encoding' })
  }
  const { whole } = request
  if ((whole?.length ?? Number(request.headers['content-length'] ?? 0)) > limit) throw tooLarge(limit)
  return whole === undefined ? gathered(request, limit).then(jsonBody) : jsonBody(whole)
}

function gathered(request: DownstreamRequest, limit: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let size = 0
    request.on('data', (chunk: Buffer) => {
      size += chunk.length
      if (size > limit) {
        chunks.length = 0
        reject(tooLarge(limit))
      } else {
        chunks.push(chunk)
      }
    })
    request.on('end', () => {
      if (size > limit) return
      const first = chunks[0]
      resolve(chunks.length === 1 && first !== undefined ? first : Buffer.concat(chunks))
    })
    request.on('close', () => {
      if (!request.complete) reject(new GatewayError('cancelled', 'The client broke off its request.'))
    })
  })
}

function jsonBody(bytes: Buffer): JsonBody {
  const text = bytes.toString('utf8')
  const wire = parseJson(text)
  if (!isObject(wire)) throw notAnObject(wire === undefined, bytes.length)
  return { bytes, text: isAscii(bytes) ? text : undefined, wire }
}

function tooLarge(limit: number): GatewayError {
  return new GatewayError('too-large', `The request body is larger than ${limit} bytes.`)
}

function notAnObject(malformed: boolean, size: number): GatewayError {
  if (size === 0)
    return new GatewayError('invalid-request', 'The request body is empty; a JSON object is expected.')
  return new GatewayError(
    'invalid-request',
    malformed ? 'The request body is not valid JSON.' : 'The request body must be a JSON object.',
  )
}
