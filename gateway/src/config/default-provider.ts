/** Which provider serves models without a prefix: the one asked for, else the lowest priority number, else the first. */

import type { GatewayConfig, ProviderConfig } from './config.ts'
import { placeOf, type Origin } from './origin.ts'
import type { Problem } from './problem.ts'

interface Choice {
  readonly fields: Pick<GatewayConfig, 'defaultProvider' | 'configuredDefault'>
  readonly problems: readonly Problem[]
  readonly warnings: readonly string[]
}

export function chooseDefault(
  asked: string | undefined,
  providers: readonly ProviderConfig[],
  origin: Origin | undefined,
): Choice {
  if (asked === undefined) return { fields: {}, problems: [], warnings: [] }
  if (providers.some(({ name }) => name === asked)) {
    return { fields: { defaultProvider: asked, configuredDefault: asked }, problems: [], warnings: [] }
  }
  const where = placeOf(origin ?? { source: 'default' })
  const instead = firstOf(providers)
  if (instead === undefined) {
    const upper = asked.toUpperCase().replaceAll(/[^A-Z0-9]/g, '_')
    const message = `names "${asked}", but no provider is configured`
    const suggestion = `set its key: export ${upper}_API_KEY=...`
    return { fields: {}, problems: [{ where, field: 'default_provider', message, suggestion }], warnings: [] }
  }
  const warning = `${where}: default_provider "${asked}" is not a usable provider; ${instead.name} serves instead`
  return { fields: { configuredDefault: asked }, problems: [], warnings: [warning] }
}

/** The provider that serves unprefixed models; undefined when there is none at all. */
export function effectiveDefault({ defaultProvider, providers }: GatewayConfig): ProviderConfig | undefined {
  return providers.find(({ name }) => name === defaultProvider) ?? firstOf(providers)
}

function firstOf(providers: readonly ProviderConfig[]): ProviderConfig | undefined {
  return providers.toSorted((a, b) => a.priority - b.priority)[0]
}
