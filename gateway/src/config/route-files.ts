/** Lists that people keep in files of their own: which models may be asked for, and whose models are whose. */

import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { isObject, parseJson, stringOf } from '#core'
import type { GatewayConfig } from './config.ts'
import { ConfigError } from './problem.ts'
import type { Settings } from './schema.ts'

export interface RouteFiles extends Pick<GatewayConfig, 'modelFilter' | 'modelTable'> {
  readonly warnings: readonly string[]
}

type TableEntries = NonNullable<GatewayConfig['modelTable']>

/** Throws `ConfigError` for rules that cannot be read. A filter that is not there lets everything through, and it is said. */
export function routeFiles(settings: Settings, cwd: string): RouteFiles {
  const { model_filter: filter, routing_rules: rules, model_table: own = [] } = settings
  const warnings: string[] = []
  const lines = filter === undefined ? undefined : readText(cwd, filter)
  if (filter !== undefined && lines === undefined)
    warnings.push(`${filter}: there is no such file, so every model may be asked for`)
  const table = rules === undefined ? [] : entriesIn(rules, readText(cwd, rules))
  return {
    ...(lines === undefined ? {} : { modelFilter: lines.split(/\r?\n/) }),
    ...(own.length + table.length === 0 ? {} : { modelTable: [...own, ...table] }),
    warnings,
  }
}

function readText(cwd: string, path: string): string | undefined {
  try {
    return readFileSync(resolve(cwd, path), 'utf8').replace(/^\uFEFF/, '')
  } catch {
    return undefined
  }
}

/** `{"gpt-*": "azure"}`, or `{"rules": [{"pattern": "gpt-*", "provider": "azure"}]}`. */
function entriesIn(file: string, text: string | undefined): TableEntries {
  if (text === undefined) throw refused(file, 'cannot be read')
  const json = parseJson(text)
  if (!isObject(json)) throw refused(file, 'is no JSON object')
  const { rules } = json
  const entries = Array.isArray(rules)
    ? rules.map((rule) =>
        isObject(rule) ? [stringOf(rule['pattern'] ?? rule['match']), rule['provider']] : [],
      )
    : Object.entries(json)
  return entries.map(([match, provider], i) => {
    if (typeof match !== 'string' || typeof provider !== 'string' || match === '' || provider === '')
      throw refused(file, `has no pattern and provider in rule ${i + 1}`)
    return { match, provider }
  })
}

function refused(where: string, message: string): ConfigError {
  const suggestion = 'write {"gpt-*": "provider"}, or {"rules": [{"pattern": …, "provider": …}]}'
  return new ConfigError([{ where, field: 'routing_rules', message, suggestion }])
}
