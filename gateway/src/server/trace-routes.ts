/** Decision traces: the last of them, and one by the id of its request. */

import type { Hono } from 'hono'
import { GatewayError } from '#core'
import type { DoorFacts, House } from './context.ts'
import { decodedSegment } from './segment.ts'

const USUAL = 50
const MOST = 1000
const RESULTS = ['completed', 'failed', 'cancelled'] as const

export function traceRoutes(hono: Hono<{ Bindings: DoorFacts }>, { traces }: House): void {
  hono.get('/api/traces', (c) => {
    const result = resultAsked(c.req.query('result'))
    const found = traces.recent({
      limit: limitAsked(c.req.query('limit')),
      provider: c.req.query('provider')?.toLowerCase(),
      model: c.req.query('model'),
      result,
    })
    return c.json({ traces: found, ...traces.state })
  })
  hono.get('/api/traces/:id', (c) => {
    const id = decodedSegment(c.req.param('id'))
    const trace = traces.find(id)
    if (trace !== undefined) return c.json(trace)
    const { size, sampled_out: sampledOut } = traces.state
    throw new GatewayError(
      'not-found',
      size === 0
        ? 'No traces are kept in memory: traces.size is 0.'
        : `There is no trace "${id}". The last ${size} are kept, each when its exchange is over${
            sampledOut === 0 ? '' : ', and under load only some of the ordinary ones'
          }.`,
      { param: 'id' },
    )
  })
}

function limitAsked(text: string | undefined): number {
  if (text === undefined) return USUAL
  const limit = Number(text)
  if (/^\d+$/.test(text) && limit >= 1 && limit <= MOST) return limit
  throw new GatewayError('invalid-request', `limit must be a whole number from 1 to ${MOST}.`, {
    param: 'limit',
  })
}

function resultAsked(text: string | undefined): string | undefined {
  if (text === undefined) return undefined
  const result = RESULTS.find((known) => known === text)
  if (result !== undefined) return result
  throw new GatewayError('invalid-request', `result must be one of ${RESULTS.join(', ')}.`, {
    param: 'result',
  })
}
