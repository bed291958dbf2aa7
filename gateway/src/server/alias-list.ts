/** The aliases as they are configured, by the provider they lead to. */

import type { Context } from 'hono'
import type { JsonObject } from '#core'
import { effectiveDefault } from '#pipeline'
import type { House } from './context.ts'
import { knownTopModels, suggestedAliases } from './top-models.ts'

export function listAliases(c: Context, house: House): Response {
  const tables = aliasTables(house)
  const suggested = suggestedAliases(knownTopModels(house))
  return c.json<JsonObject>({
    object: 'list',
    aliases: tables,
    suggested: Object.keys(suggested).length === 0 ? {} : { default: suggested },
    total: Object.values(tables).reduce((sum, table) => sum + Object.keys(table).length, 0),
  })
}

/** Those of the whole house stand with the provider their target names, else with the default one. */
function aliasTables(house: House): Record<string, Record<string, string>> {
  const standard = effectiveDefault(house.rules.defaultProvider, house.providers)?.name
  const tables: Record<string, Record<string, string>> = {}
  for (const { provider, name, target } of house.rules.aliases?.tables() ?? []) {
    const prefix = target.slice(0, Math.max(0, target.indexOf(':'))).toLowerCase()
    const owner = provider || (house.providers.has(prefix) ? prefix : standard)
    if (owner === undefined) continue
    const table = (tables[owner] ??= {})
    // A provider's own alias is stronger than the house's of the same name.
    if (provider !== '' || table[name] === undefined) table[name] = target
  }
  return tables
}
