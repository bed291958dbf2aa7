/** The handler of every model operation: body in, exchange down the road, answer out in the client's dialect. */

import { asGatewayError, type GatewayError, type JsonObject, type RoadOperation } from '#core'
import type { Address, Dialect } from '#dialects'
import { Exchange } from '#pipeline'
import { readJson } from './body.ts'
import type { House } from './context.ts'
import type { DownstreamRequest, DownstreamResponse } from './downstream.ts'
import { headerSafe, idHeaders, sendError, sendJson } from './reply.ts'
import { respond, type StreamForm } from './respond.ts'

/** An answer that needs no provider, e.g. Ollama's empty prompt that only loads the model. */
export type ShortCut = (wire: JsonObject, house: House) => JsonObject | undefined

export interface ChatRoute {
  readonly dialect: Dialect
  readonly operation: RoadOperation
  readonly shortCut?: ShortCut
  /** What the URL says, in a dialect that says it there. */
  readonly address?: Address
  /** Default: the frames of the dialect. */
  readonly streamAs?: StreamForm
}

export async function handleChat(
  route: ChatRoute,
  house: House,
  request: DownstreamRequest,
  response: DownstreamResponse,
  id: string,
): Promise<void> {
  const startedAt = house.clock.now()
  let exchange: Exchange | undefined
  try {
    const { callerKey, client } = house.gate.enter(request.headers, request.url)
    const read = readJson(request, house.bodyLimit)
    // Waiting for what is there costs a turn of the loop's queue.
    const { bytes, text, wire } = read instanceof Promise ? await read : read
    exchange = new Exchange({
      id,
      dialect: route.dialect,
      operation: route.operation,
      body: bytes,
      text,
      wire,
      address: route.address,
      headers: request.headers,
      callerKey,
      client,
      startedAt,
      startedWall: house.clock.wall(),
    })
    const short = route.shortCut?.(wire, house)
    if (short !== undefined) return sendJson(response, `${JSON.stringify(short)}\n`, idHeaders(id))
    const travelling = exchange
    response.on('close', () => travelling.cancellation.cancel())
    const answer = await house.road(exchange)
    respond(exchange, answer, response, house, route.streamAs)
  } catch (thrown) {
    refuse(response, route.dialect, asGatewayError(thrown), id, exchange)
  }
}

function refuse(
  response: DownstreamResponse,
  dialect: Dialect,
  error: GatewayError,
  id: string,
  exchange: Exchange | undefined,
): void {
  // The answer had begun: a broken connection is the one sign of failure left, and it cancels the exchange.
  if (response.headersSent) return void response.destroy()
  const attempts = exchange?.attempts ?? []
  const last = attempts.at(-1)
  const headers = exchange === undefined ? [] : ['x-attempts', String(attempts.length)]
  if (last?.upstreamRequestId !== undefined) {
    headers.push('x-upstream-request-id', headerSafe(last.upstreamRequestId))
  }
  sendError(response, dialect, error, id, headers)
}
