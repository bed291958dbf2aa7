/** The rules of routing as a configuration has them. */

import type { GatewayConfig } from '#config'
import type { Clock } from '#core'
import type { Memory } from './memory.ts'
import { Aliases, effectiveDefault, globbed, ModelFilter, type RouteRules, wildcardsIn } from '#pipeline'
import { MODEL_TABLE, type Provider } from '#providers'

export type Rules = RouteRules & { readonly aliases: Aliases }

export function routeRules(
  config: GatewayConfig,
  providers: ReadonlyMap<string, Provider>,
  { clock, lists }: Pick<Memory, 'clock'> & Partial<Pick<Memory, 'lists'>>,
): Rules {
  return {
    ...(lists === undefined ? {} : { known: (provider: Provider) => lists.known(provider) }),
    defaultProvider: config.defaultProvider,
    virtual: new Map(Object.entries(config.models).map(([name, model]) => [name, model.targets])),
    wildcards: wildcardsIn(Object.keys(config.models)),
    groups: new Map(Object.entries(config.models)),
    disabled: config.disabled ?? [],
    ...config.routing,
    aliases: aliasesOf(config, providers, clock),
    table: modelTable(config),
    ...(config.modelFilter === undefined ? {} : { filter: new ModelFilter(config.modelFilter) }),
  }
}

const ALIAS_RULES = { substrings: true, maxChain: 10, cacheMs: 300_000, cacheSize: 1000 }

function aliasesOf(config: GatewayConfig, providers: ReadonlyMap<string, Provider>, clock: Clock): Aliases {
  const own = config.providers.map(({ name, aliases = {} }) => [name, aliases] as const)
  return new Aliases({
    global: config.aliases,
    own: new Map(own),
    whole: new Map(config.providers.map(({ name, typeAliases = {} }) => [name, typeAliases])),
    defaults: config.defaultAliases,
    known: new Set([...providers.values()].flatMap(({ models }) => models)),
    defaultProvider: effectiveDefault(config.defaultProvider, providers)?.name,
    now: () => clock.now(),
    ...(config.aliasRules ?? ALIAS_RULES),
  })
}

/** The user's own patterns come first. */
function modelTable({ modelTable: own = [] }: GatewayConfig): NonNullable<RouteRules['table']> {
  const known = MODEL_TABLE.map(({ match, type }) => ({ match, provider: type, builtIn: true as const }))
  return [
    ...own.map(({ match, provider }) => ({ match: globbed(match), provider: provider.toLowerCase() })),
    ...known,
  ]
}
