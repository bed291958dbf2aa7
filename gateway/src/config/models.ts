/** What is configured about models: facts, the cache of lists, the top ones. */

import type { ModelPrice, ModelSheet } from '#core'
import type { ModelCacheConfig, TopModelsConfig } from './config.ts'
import type { Origin } from './origin.ts'
import { placeOf } from './origin.ts'
import type { Problem } from './problem.ts'
import { readRankings } from './rankings.ts'
import type { Settings } from './schema.ts'

const HOUR_MS = 3_600_000

export function modelFactsOf({ model_facts: facts = {} }: Settings): Readonly<Record<string, ModelSheet>> {
  return Object.fromEntries(Object.entries(facts).map(([name, own]) => [name, sheetOf(own)]))
}

type Facts = NonNullable<Settings['model_facts']>[string]

function sheetOf({ name, context, max_output: maxOutput, abilities, ...prices }: Facts): ModelSheet {
  const price = priceOf(prices)
  return {
    ...(name === undefined ? {} : { name }),
    ...(price === undefined ? {} : { price }),
    ...(context === undefined ? {} : { contextWindow: context }),
    ...(maxOutput === undefined ? {} : { maxOutput }),
    ...(abilities === undefined ? {} : { abilities }),
  }
}

function priceOf(
  prices: Omit<Facts, 'name' | 'context' | 'max_output' | 'abilities'>,
): ModelPrice | undefined {
  const {
    input_price: input,
    output_price: output,
    cache_read_price: read,
    cache_write_price: written,
  } = prices
  if (input === undefined || output === undefined) return undefined
  return {
    input,
    output,
    ...(read === undefined ? {} : { cacheRead: read }),
    ...(written === undefined ? {} : { cacheWrite: written }),
  }
}

export function modelCacheOf(settings: Settings): ModelCacheConfig {
  const { enabled = true, ttl_hours: hours, wait } = settings.model_cache ?? {}
  return {
    enabled,
    ...(wait === undefined ? {} : { waitMs: wait * 1000 }),
    ...(hours === undefined ? {} : { ttlMs: hours * HOUR_MS }),
    ...(settings.cache_dir === undefined ? {} : { dir: settings.cache_dir }),
  }
}

/** `cwd`: where a rankings file is looked for. */
export function topModelsOf(
  { top_models: top = {} }: Settings,
  origins: ReadonlyMap<string, Origin>,
  cwd: string,
): { readonly topModels: TopModelsConfig; readonly problems: readonly Problem[] } {
  const file = top.rankings_file
  const source = top.source ?? (file === undefined ? 'disabled' : 'manual_rankings')
  const read = file === undefined || source !== 'manual_rankings' ? undefined : readRankings(cwd, file)
  const place = (key: string) => placeOf(origins.get(`top_models.${key}`) ?? { source: 'default' })
  const problems: Problem[] = []
  if (read?.fault !== undefined) {
    problems.push({ where: place('rankings_file'), field: 'top_models.rankings_file', message: read.fault })
  }
  if (source === 'manual_rankings' && file === undefined) {
    const message = 'manual_rankings needs top_models.rankings_file'
    problems.push({ where: place('source'), field: 'top_models.source', message })
  }
  return {
    topModels: {
      source,
      rankings: read?.models ?? [],
      exclude: top.exclude ?? [],
      timeoutMs: (top.timeout ?? 5) * 1000,
      ...(file === undefined ? {} : { rankingsFile: file }),
    },
    problems,
  }
}
