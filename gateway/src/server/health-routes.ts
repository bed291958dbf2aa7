/** The routes of health. They are open, like the front page: whoever watches the house need not hold its key. */

import type { Context, Hono } from 'hono'
import { stringify } from 'yaml'
import { GatewayError, type JsonObject } from '#core'
import { knownNames } from '#pipeline'
import type { DoorFacts, House } from './context.ts'
import {
  absentBody,
  detailedBody,
  healthBody,
  metricsBody,
  oneProviderBody,
  providersBody,
} from './health.ts'
import { testConnection } from './test-connection.ts'

/** `types`: names of all provider types. */
export function healthRoutes(
  hono: Hono<{ Bindings: DoorFacts }>,
  house: House,
  types: readonly string[],
): void {
  hono.use('/health/*', async (c, next) => {
    await next()
    // What was true a moment ago is of no use to who watches.
    c.res.headers.set('cache-control', 'no-store')
  })
  hono.get('/health', (c) => {
    const { status, body } = healthBody(house, c.req.query('strict') !== 'false')
    return wantsYaml(c) ? yaml(c, body, status, house) : c.json(body, status)
  })
  hono.get('/health/detailed', (c) => {
    const body = detailedBody(house)
    return wantsYaml(c) ? yaml(c, body, 200, house) : c.json(body)
  })
  hono.get('/health/metrics', (c) => c.json(metricsBody(house)))
  hono.get('/health/providers', (c) => c.json(providersBody(house)))
  hono.get('/health/providers/:name', (c) => {
    const name = c.req.param('name').toLowerCase()
    const body = oneProviderBody(house, name)
    if (body !== undefined) return c.json(body)
    if (types.includes(name)) return c.json(absentBody('not_configured', undefined))
    throw new GatewayError(
      'invalid-request',
      `"${name}" is neither a provider (${knownNames(house.providers)}) nor a type of one.`,
      { param: 'name' },
    )
  })
  // It costs tokens, so a HEAD shall not do.
  hono.get('/test-connection', (c, next) =>
    c.req.method === 'HEAD' ? next() : testConnection(c, house, c.env.requestId),
  )
}

function wantsYaml(c: Context): boolean {
  const format = c.req.query('format')?.toLowerCase()
  return format === undefined ? /\byaml\b/i.test(c.req.header('accept') ?? '') : format === 'yaml'
}

function yaml(c: Context, body: JsonObject, status: 200 | 503, { clock }: House): Response {
  const stamp = new Date(clock.wall()).toISOString().replaceAll(/[-:]|\.\d+/g, '')
  return c.body(stringify(body), status, {
    'content-type': 'text/yaml; charset=utf-8',
    'content-disposition': `inline; filename=health-${stamp}.yaml`,
  })
}
