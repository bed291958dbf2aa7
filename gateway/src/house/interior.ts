/** The house as one configuration has it: providers, rules, road. Another configuration makes another interior with the same memory. */

import type { GatewayConfig, ProviderConfig } from '#config'
import { explainer, forwarder, type ModelFacts, pipeline, Prober } from '#pipeline'
import { openPlugins, type Plugins } from '#plugins'
import { Catalogue } from '#providers'
import { adminGate, type AddRoutes, gate, type House, Visitors } from '#server'
import { eventStreamFramer, ndjsonFramer, packedMessages, sseFramer, wholeFrames } from '#transport'
import { Accounts } from './accounts.ts'
import { admitRules } from './admit-rules.ts'
import { adapt, forget, type Memory } from './memory.ts'
import { clientsOf, isGated, visitorRules } from './clients.ts'
import { requestIds } from './request-ids.ts'
import { routeRules, type Rules } from './route-rules.ts'
import { needsStandIn } from './stand-in.ts'

export interface InteriorParts {
  readonly config: GatewayConfig
  readonly memory: Memory
  readonly version: string
  /** Who answers where no provider is configured. */
  readonly standIn: ProviderConfig | undefined
  /** Prices, windows and abilities of models, as far as anybody knows them. */
  readonly models: ModelFacts | undefined
  readonly addManagement?: AddRoutes
}

export interface Interior {
  readonly config: GatewayConfig
  readonly house: House
  readonly accounts: Accounts
  readonly prober: Prober
  readonly plugins: Plugins
  /** Nobody is in it any more. */
  close(): Promise<void>
}

/**
 * `before`: what this one follows. Throws `invalid-request` when a provider cannot be built or a plugin cannot be had; nothing has
 * changed then.
 */
export async function furnish(parts: InteriorParts, before?: Interior): Promise<Interior> {
  const { clock, logger, onFault } = parts.memory
  const log = (message: string, facts: object): void => logger.info(facts, message)
  const plugins = await openPlugins(parts.config, { clock, log, report: onFault }, before?.plugins)
  try {
    return interior(parts, plugins, before)
  } catch (thrown) {
    await plugins.close()
    throw thrown
  }
}

function interior(parts: InteriorParts, plugins: Plugins, before: Interior | undefined): Interior {
  const { config, memory, standIn } = parts
  const { clock } = memory
  const configured = standIn !== undefined && needsStandIn(config) ? [standIn] : config.providers
  const accounts = new Accounts(configured, config, clock, before?.accounts, plugins.types)
  const { providers } = accounts
  const rules = rulesOf(config, accounts, memory)
  for (const warning of rules.aliases.warnings) memory.logger.warn(warning)
  const changed = before === undefined ? [] : changedSince(before.accounts, accounts)
  for (const name of changed) forget(memory, name)
  adapt(memory, config, new Set(providers.keys()))
  memory.lists.warm(providers.values()).catch(memory.onFault)
  const catalogue = new Catalogue(config.modelFacts)
  memory.statistics.configure((name, model) => {
    const provider = providers.get(name)
    return provider === undefined ? undefined : catalogue.sheetOf(provider, model)?.price
  })

  const { health, limiter, random, onFault } = memory
  const prober = new Prober({ clock, random, providers, health, everyMs: config.probeMs, onFault })
  const admit = admitRules(config)
  const models = { models: parts.models ?? catalogue }
  const house: House = {
    road: pipeline({
      ...memory,
      providers,
      admit,
      route: rules,
      framers: { sse: sseFramer, ndjson: ndjsonFramer, eventStream: eventStreamFramer, wholeFrames },
      ...models,
      midStream: config.midStream ?? 'continue',
      hedging: config.hedging ?? false,
      singleFlight: config.singleFlight ?? false,
      chain: plugins.chain,
    }),
    forward: forwarder({ ...memory, rules, providers }),
    providers,
    rules,
    clock,
    lists: memory.lists,
    catalogue,
    ...(config.topModels === undefined ? {} : { topModels: config.topModels }),
    visitors: new Visitors(visitorRules(config)),
    gate: gate({ proxyApiKey: config.server.proxyApiKey, clients: clientsOf(config) }),
    adminGate: adminGate(config.server.adminApiKey),
    ...(parts.addManagement === undefined ? {} : { addManagement: parts.addManagement }),
    bodyLimit: config.server.bodyLimit,
    forwardLimit: config.server.forwardLimit,
    keepAliveMs: config.server.keepAliveMs,
    packed: packedMessages,
    version: parts.version,
    health,
    vitals: memory.vitals,
    probe: (provider) => prober.probe(provider),
    reset(name) {
      forget(memory, name)
      providers.get(name)?.keys.reset()
    },
    traces: memory.traces,
    statistics: memory.statistics,
    explain: explainer({ ...memory, rules, providers, admit, ...models }),
    gated: isGated(config),
    absent: [
      ...config.partial.map(({ name, reason }) => ({ name, status: 'partial' as const, reason })),
      ...(config.disabled ?? []).map((name) => ({ name, status: 'disabled' as const })),
    ],
    load: () => ({ waiting: limiter.waiting, underWay: limiter.underWay }),
    middlewares: () => plugins.states(),
    newId: requestIds(),
    instance: memory.instance,
    onFault,
  }
  const close = async (): Promise<void> => {
    await accounts.close()
    await plugins.close()
  }
  return { config, house, accounts, prober, plugins, close }
}

function rulesOf(config: GatewayConfig, accounts: Accounts, memory: Memory): Rules {
  try {
    return routeRules(config, accounts.providers, memory)
  } catch (thrown) {
    accounts.close().catch(memory.onFault)
    throw thrown
  }
}

/** Names of those that are not what they were, and of those that are gone. */
function changedSince(before: Accounts, now: Accounts): string[] {
  return [...before.providers.keys()].filter((name) => !now.keeps(name, before))
}
