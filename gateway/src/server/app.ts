/** Everything that is not a model operation, on hono: lists, probes, health, and the errors of unknown routes. */

import { type Context, Hono } from 'hono'
import { openApi } from '#api'
import { asGatewayError, GatewayError } from '#core'
import { listAliases } from './alias-list.ts'
import type { DoorFacts, House } from './context.ts'
import type { Entrant } from './gate.ts'
import { isManaged } from './management.ts'
import { healthRoutes } from './health-routes.ts'
import { errorFamily, listModels, oneModel } from './model-routes.ts'
import { notManaged, running, show, tags, tagsOf, version } from './ollama-routes.ts'
import { modelsByProvider, providerModels } from './provider-models.ts'
import { testProvider } from './provider-test.ts'
import { errorReply, idHeaders } from './reply.ts'
import type { RouteTable } from './routes.ts'
import { statisticsRoutes } from './statistics-routes.ts'
import { gatewayStatus } from './status.ts'
import { topModels } from './top-models.ts'
import { traceRoutes } from './trace-routes.ts'

export interface AppParts {
  readonly house: House
  readonly table: RouteTable
  /** Names of all provider types. */
  readonly types: readonly string[]
}

/** What probes and banners ask. Everything else needs the gate key, unknown paths too: a new route cannot forget it. */
const OPEN_PATHS = /^\/(?:health(?:\/.*)?|api\/version\/?)?$/

/** Whoever shows the admin key needs no other. */
const OPERATOR: Entrant = { callerKey: undefined, client: undefined }

export function app({ house, table, types }: AppParts): Hono<{ Bindings: DoorFacts }> {
  const hono = new Hono<{ Bindings: DoorFacts }>({ strict: false })
  const entrant = (c: Context): Entrant => house.gate.enter(c.req.header(), c.req.url)
  const anybody = (c: Context): Entrant => (house.adminGate.admits(c.req.header()) ? OPERATOR : entrant(c))

  hono.use('*', async (c, next) => {
    const isAdmin = isManaged(c.req.path) && house.adminGate.admits(c.req.header())
    if (!isAdmin && !OPEN_PATHS.test(c.req.path)) entrant(c)
    await next()
    for (const [name, value] of pairs(idHeaders(c.env.requestId))) c.res.headers.set(name, value)
  })

  hono.get('/', (c) => {
    const wantsJson = c.req.header('accept')?.includes('application/json') === true
    return wantsJson
      ? c.json({ name: 'sluice', version: house.version, endpoints: table.paths() })
      : c.text('Ollama is running')
  })
  hono.get('/openapi.json', async (c) => c.json(await openApi(house.version)))
  healthRoutes(hono, house, types)
  traceRoutes(hono, house)
  house.addManagement?.(hono, house, types)
  statisticsRoutes(hono, house, types)
  hono.post('/api/providers/:name/test', (c) => testProvider(c, house))
  hono.get('/api/status', (c) => gatewayStatus(c, house, anybody(c)))
  hono.get('/api/version', (c) => version(c))

  hono.get('/v1/models', (c) => listModels(c, house, entrant(c)))
  hono.get('/v1/models/*', (c) => oneModel(c, house, entrant(c)))
  hono.get('/v1beta/models', (c) => listModels(c, house, entrant(c)))
  hono.get('/v1beta/models/*', (c) => oneModel(c, house, entrant(c)))
  hono.get('/v1/aliases', (c) => listAliases(c, house))
  hono.get('/top-models', (c) => topModels(c, house))
  // Ahead of any route for one provider: no provider is called `models`.
  hono.get('/api/providers/models', (c) => modelsByProvider(c, house, anybody(c)))
  hono.get('/api/providers/:name/models', (c) => providerModels(c, house, anybody(c)))
  hono.get('/api/tags', (c) => tags(c, house, entrant(c)))
  hono.get('/api/tags/:provider', (c) => tagsOf(c, house, entrant(c), types))
  hono.post('/api/show', (c) => show(c, house, entrant(c)))
  hono.get('/api/ps', (c) => running(c, house, entrant(c)))
  for (const path of ['/api/create', '/api/copy', '/api/pull', '/api/push']) hono.post(path, notManaged)
  hono.delete('/api/delete', notManaged)
  hono.post('/api/blobs/:digest', notManaged)
  // hono sends HEAD the way of GET; a real GET has no business here.
  hono.get('/api/blobs/:digest', (c, next) => (c.req.method === 'HEAD' ? notManaged() : next()))

  hono.notFound((c) => {
    const allow = table.methods(c.req.path)
    throw allow.length === 0
      ? new GatewayError('not-found', `There is no route ${c.req.method} ${c.req.path}.`)
      : new GatewayError('method-not-allowed', `${c.req.path} does not take ${c.req.method}.`, {
          allow: allow.join(', '),
        })
  })
  hono.onError((thrown, c) => {
    const error = asGatewayError(thrown)
    const id = c.env.requestId
    const { status, headers, body } = errorReply(errorFamily(c), error, id)
    return new Response(body, { status, headers: [...pairs(headers)] })
  })
  return hono
}

function* pairs(flat: readonly string[]): Generator<[string, string]> {
  for (let i = 0; i + 1 < flat.length; i += 2) yield [flat[i] ?? '', flat[i + 1] ?? '']
}
