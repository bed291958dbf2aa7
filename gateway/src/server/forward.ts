/** The handler of what is passed on: bodies stream both ways, and only a small JSON body is looked into, for its model. */

import { Buffer } from 'node:buffer'
import type { ForwardMethod } from '#api'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { asGatewayError, isObject, parseJson, stringOf, type Timer } from '#core'
import { Exchange, type ForwardAnswer, type ForwardBody } from '#pipeline'
import type { House } from './context.ts'
import { exchangeHeaders } from './exchange-headers.ts'
import { type ForwardRoute, forwardRoute } from './forward-routes.ts'
import { queryValue } from './query.ts'
import { headerSafe, sendError } from './reply.ts'
import { tooLarge, UploadBody } from './upload.ts'

/** Bytes of a JSON body that is looked into. */
const JSON_LIMIT = 1024 * 1024
/** A client that takes nothing for so long has gone without saying so. */
const STALLED_CLIENT_MS = 300_000
/** What a provider says of its bytes; all else it says is between it and us. */
const RELAYED = ['content-type', 'content-disposition', 'content-range'] as const
/** Parameters that are ours, or that carry a key. */
const KEPT_BACK: ReadonlySet<string> = new Set(['key', 'api_key', 'api-key', 'access_token', 'provider'])

/** It needs Node's own objects: bodies of any size pass, and are held back in both directions. */
export type ForwardHandler = (
  house: House,
  request: IncomingMessage,
  response: ServerResponse,
  id: string,
) => Promise<void>

export function forwardHandler(request: IncomingMessage, path: string): ForwardHandler | undefined {
  const route = forwardRoute(path, request.headers)
  const method = route?.methods.find((one) => one === request.method)
  if (route === undefined || method === undefined) return undefined
  return (house, _, response, id) => handleForward({ route, method, path }, house, request, response, id)
}

interface Asked {
  readonly route: ForwardRoute
  readonly method: ForwardMethod
  readonly path: string
}

async function handleForward(
  { route, method, path }: Asked,
  house: House,
  request: IncomingMessage,
  response: ServerResponse,
  id: string,
): Promise<void> {
  const { family } = route
  const startedAt = house.clock.now()
  let exchange: Exchange | undefined
  try {
    const { callerKey, client } = house.gate.enter(request.headers, request.url)
    const body = await bodyOf(request, method, house.forwardLimit)
    const model = body.type === 'json' ? stringOf(body.wire['model']) : undefined
    const travelling = (exchange = new Exchange({
      id,
      dialect: family.dialect,
      operation: 'forward',
      body: NOTHING,
      wire: {},
      address: { model: model ?? '', stream: false },
      headers: request.headers,
      callerKey,
      client,
      startedAt,
      startedWall: house.clock.wall(),
    }))
    response.on('close', () => travelling.cancellation.cancel())
    const answer = await house.forward(exchange, {
      method,
      path: path.slice(family.versionInBase ? VERSION.length : 0) + queryOf(request.url),
      body,
      model,
      provider: queryValue(request.url, 'provider'),
      languages: family.languages,
      endpoint: route.shown,
      metered: route.metered,
    })
    relay(exchange, answer, response, house)
  } catch (thrown) {
    if (response.headersSent) return void response.destroy()
    const attempts = exchange?.attempts ?? []
    const last = attempts.at(-1)?.upstreamRequestId
    const headers = exchange === undefined ? [] : ['x-attempts', String(attempts.length)]
    if (last !== undefined) headers.push('x-upstream-request-id', headerSafe(last))
    sendError(response, family.dialect, asGatewayError(thrown), id, headers)
  }
}

const NOTHING = Buffer.alloc(0)
const VERSION = '/v1'

async function bodyOf(request: IncomingMessage, method: ForwardMethod, limit: number): Promise<ForwardBody> {
  const { 'content-length': told, 'transfer-encoding': coding, 'content-type': type } = request.headers
  const length = told === undefined ? undefined : Number(told)
  if (method === 'GET' || length === 0 || (length === undefined && coding === undefined))
    return { type: 'none' }
  if (length !== undefined && length > limit) throw tooLarge(limit)
  const upload = new UploadBody(request, limit)
  const packed = request.headers['content-encoding'] ?? 'identity'
  const small = length !== undefined && length <= JSON_LIMIT && packed === 'identity'
  if (!small || type?.includes('json') !== true) return { type: 'upload', upload }
  const chunks: Buffer[] = []
  // A stream of bytes without an encoding yields buffers.
  for await (const chunk of upload as AsyncIterable<Buffer>) chunks.push(chunk)
  const bytes = Buffer.concat(chunks)
  const wire = parseJson(bytes.toString('utf8'))
  return { type: 'json', bytes, wire: isObject(wire) ? wire : {} }
}

/** The query as it came, without what stays here. */
function queryOf(url = ''): string {
  const at = url.indexOf('?')
  if (at === -1) return ''
  const kept = url
    .slice(at + 1)
    .split('&')
    .filter((pair) => pair !== '' && !KEPT_BACK.has([...new URLSearchParams(pair).keys()][0] ?? ''))
  return kept.length === 0 ? '' : `?${kept.join('&')}`
}

function relay(exchange: Exchange, answer: ForwardAnswer, response: ServerResponse, house: House): void {
  const headers = exchangeHeaders(exchange, answer, house.clock)
  for (const name of RELAYED) {
    const value = answer.header(name)
    if (value !== undefined) headers.push(name, value)
  }
  const length = answer.header('content-length')
  // What came packed is unpacked by now.
  const packed = answer.header('content-encoding') ?? 'identity'
  if (length !== undefined && packed === 'identity') headers.push('content-length', length)
  response.writeHead(answer.status, headers)
  response.flushHeaders()
  let stalled: Timer | undefined
  response.on('close', () => stalled?.cancel())
  response.on('drain', () => {
    stalled?.cancel()
    stalled = undefined
    answer.resume()
  })
  answer.read({
    onBytes(piece) {
      if (response.destroyed || response.write(piece) || stalled !== undefined) return
      answer.pause()
      stalled = house.clock.timer(STALLED_CLIENT_MS, () => response.destroy())
    },
    // A broken connection is the one sign of failure that bytes of any kind leave.
    onOver: (error) => void (error === undefined ? response.end() : response.destroy()),
  })
}
