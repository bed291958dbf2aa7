/** The configuration: read again, taken back, compared, and the providers' own file seen and replaced. */

import { maskedTree, providersFile } from '#config'
import { GatewayError, type JsonObject } from '#core'
import { type ConfigKeeper, type State } from './config-keeper.ts'
import { type Desk, fieldsOf, keeperOf, lookInside, order, type Router } from './desk.ts'
import { freshIn, replacement } from './file-order.ts'
import { secretsKept } from './persist.ts'
import { namesIn } from './provider-orders.ts'

export function configRoutes(router: Router, desk: Desk): void {
  router.post('/api/config/reload', (c) =>
    order(c, desk, { what: 'reload' }, async () => {
      const keeper = keeperOf(desk)
      return told(keeper, await keeper.reload())
    }),
  )
  router.post('/api/config/rollback', (c) =>
    order(c, desk, { what: 'rollback' }, async () => {
      const keeper = keeperOf(desk)
      return told(keeper, await keeper.rollback())
    }),
  )
  router.get('/api/config/diff', (c) =>
    lookInside(c, desk, async () => {
      const differences = await keeperOf(desk).difference()
      return {
        in_sync: differences.length === 0,
        differences: differences.map(({ field, before, after }) => ({
          field,
          ...(before === undefined ? {} : { running: before }),
          ...(after === undefined ? {} : { sources: after }),
        })),
      }
    }),
  )
  router.get('/api/config/providers', (c) =>
    lookInside(c, desk, async () => {
      const { options, sources } = await keeperOf(desk).now()
      const file = providersFile(options.cwd, sources.named)
      if (file.text === undefined) throw new GatewayError('not-found', `There is no ${file.shown} yet.`)
      return { ...asObject(maskedTree(file.tree)) }
    }),
  )
  router.put('/api/config/providers', (c) =>
    order(c, desk, { what: 'replace-file' }, async () => {
      const given = await fieldsOf(c)
      const keeper = keeperOf(desk)
      await desk.addresses.demand(freshIn(given, await keeper.now()), keeper.state)
      const state = await keeper.change((now) => replacement(given, now))
      return { ...told(keeper, state), secrets: secretsKept(state) }
    }),
  )
}

function asObject(value: unknown): object {
  return typeof value === 'object' && value !== null ? value : {}
}

function told(keeper: ConfigKeeper, state: State): JsonObject {
  const { config } = state
  return {
    status: 'success',
    providers: [...namesIn(config)],
    partial: config.partial.map(({ name, reason }) => ({ name, reason })),
    warnings: [...config.warnings],
    needs_restart: [...keeper.needsRestart(state)],
  }
}
