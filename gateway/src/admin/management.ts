/** Management of one gateway: its routes, its orders by signal, and its look at the files. */

import type { GatewayConfig } from '#config'
import type { Clock } from '#core'
import type { Logger } from '#observe'
import type { AddRoutes } from '#server'
import { type AddressRefusal, AddressRule } from './address-rule.ts'
import { auditor } from './audit.ts'
import { ConfigKeeper, type ConfigSources } from './config-keeper.ts'
import { configRoutes } from './config-routes.ts'
import type { Desk } from './desk.ts'
import { FileWatch } from './file-watch.ts'
import { providerChangeRoutes } from './provider-changes.ts'
import { providerListRoutes } from './provider-list.ts'
import { toldRefusal } from './told-problems.ts'

export interface ManagementParts {
  /** Absent: the configuration was made by a program, and only it can change it. */
  readonly sources: ConfigSources | undefined
  readonly config: GatewayConfig
  readonly running: () => GatewayConfig
  readonly apply: (config: GatewayConfig) => Promise<void>
  readonly refusal: AddressRefusal
  readonly logger: Logger
  readonly clock: Clock
}

export interface Management {
  readonly addRoutes: AddRoutes
  /** Reads the sources again because somebody says so; what comes of it stands in the log. */
  reload(who: string): Promise<void>
  close(): Promise<void>
}

export function openManagement(parts: ManagementParts): Management {
  const { sources, config, running, apply, refusal, logger, clock } = parts
  const addresses = new AddressRule(refusal, clock)
  const audit = auditor(logger)
  const keeper = sources === undefined ? undefined : new ConfigKeeper({ sources, config, apply })
  const reload = async (who: string): Promise<void> => {
    const deed = { who, what: 'reload' }
    try {
      const state = await keeper?.reload()
      audit(deed, undefined)
      const names = state === undefined ? [] : keeper?.needsRestart(state)
      if (names !== undefined && names.length > 0) logger.warn({ settings: names }, 'needs a restart')
    } catch (thrown) {
      audit(deed, toldRefusal(thrown))
    }
  }
  const watch = new FileWatch(clock, () => void reload('file watch'), logger)
  const follow = (): void =>
    watch.follow(keeper !== undefined && keeper.state.config.watch ? keeper.files() : [])
  keeper?.onChange(follow)
  keeper?.onWriting(() => watch.settle())
  follow()
  return {
    addRoutes(router, house, types) {
      const desk: Desk = { house, types, keeper, running, addresses, audit }
      providerListRoutes(router, desk)
      providerChangeRoutes(router, desk)
      configRoutes(router, desk)
    },
    reload,
    async close() {
      watch.close()
      await keeper?.idle()
    },
  }
}
