/**
 * The models of all providers as one list. Each name is one a client may send: virtual models and aliases first, then what the providers
 * have, bare for the default provider, `provider:model` for the others. A provider that cannot be asked contributes what it last gave.
 */

import { GatewayError, type ModelInfo, type ModelSheet } from '#core'
import { effectiveDefault } from '#pipeline'
import type { Provider } from '#providers'
import type { House } from './context.ts'
import type { Entrant } from './gate.ts'
import { listable } from './listable.ts'

export interface ListQuestion extends Entrant {
  /** Asks the providers, whatever is known. */
  readonly refresh?: boolean
  /** The list is one of several. */
  readonly amongOthers?: boolean
}

export interface ModelList {
  readonly models: readonly ModelInfo[]
  /** Providers that could not be asked and whose last list is shown, with its age in milliseconds. */
  readonly stale: readonly { readonly provider: string; readonly ageMs: number }[]
  /** Those of providers of which nothing can be shown. */
  readonly failures: readonly GatewayError[]
  /** Names of these providers. */
  readonly missing: readonly string[]
}

export async function allModels(house: House, question: ListQuestion): Promise<ModelList> {
  const standard = effectiveDefault(house.rules.defaultProvider, house.providers)
  const lists = await Promise.all(
    [...house.providers.values()].map(async (provider) => {
      const asked = modelsOf(provider, house, { ...question, amongOthers: house.providers.size > 1 })
      const list = await asked.catch((thrown: unknown) => failed(provider, thrown))
      if (provider === standard) return list
      return {
        ...list,
        models: list.models.map((model) => ({ ...model, id: `${provider.name}:${model.id}` })),
      }
    }),
  )
  const may = listable(house, question)
  const all = [...virtualModels(house), ...aliases(house), ...lists.flatMap(({ models }) => models)]
  return {
    models: distinct(all.filter(({ id }) => may(id))),
    stale: lists.flatMap(({ stale }) => stale),
    failures: lists.flatMap(({ failures }) => failures),
    missing: lists.flatMap(({ missing }) => missing),
  }
}

/** Rejects with the provider's error when there is nothing to show. */
export async function modelsOf(provider: Provider, house: House, question: ListQuestion): Promise<ModelList> {
  const { models, stale, at } = await house.lists.list(provider, question)
  const may = listable(house, question)
  const shown = models.filter(({ id }) => may(`${provider.name}:${id}`))
  return {
    models: shown.map((model) => house.catalogue.described(provider, model)),
    stale: stale ? [{ provider: provider.name, ageMs: Math.max(0, house.clock.wall() - at) }] : [],
    failures: [],
    missing: [],
  }
}

/** The model a client names, bare or with its provider's prefix. Throws `model-not-found`. */
export async function findModel(
  id: string,
  house: House,
  entrant: Entrant,
  same: (a: string, b: string) => boolean = (a, b) => a === b,
): Promise<ModelInfo> {
  const { models } = await allModels(house, entrant)
  const found = models.find((model) => same(model.id, id) || same(`${model.provider ?? ''}:${model.id}`, id))
  if (found === undefined)
    throw new GatewayError('model-not-found', `model '${id}' not found`, { param: 'model' })
  return found
}

function failed({ name }: Provider, thrown: unknown): ModelList {
  if (!(thrown instanceof GatewayError)) throw thrown
  return { models: [], stale: [], failures: [thrown], missing: [name] }
}

/** It promises what each of its targets can do. One with a star is no name that could be asked for. */
function virtualModels(house: House): ModelInfo[] {
  return [...house.rules.virtual]
    .filter(([id]) => !id.includes('*'))
    .map(([id, targets]) => ({
      id,
      ownedBy: 'sluice',
      ...leastOf(targets.map((target) => sheetOfTarget(house, target))),
    }))
}

function aliases(house: House): ModelInfo[] {
  const standard = effectiveDefault(house.rules.defaultProvider, house.providers)?.name
  return (house.rules.aliases?.tables() ?? []).map(({ provider, name, target }) => {
    const isBare = provider === '' || provider === standard
    const { name: displayName, price: _, ...sheet } = sheetOfTarget(house, target, provider) ?? {}
    return {
      id: isBare ? name : `${provider}:${name}`,
      ownedBy: 'sluice',
      ...sheet,
      ...(displayName === undefined ? {} : { displayName: `${displayName} (${name})` }),
    }
  })
}

/** `owner`: whose a target without a prefix is. */
function sheetOfTarget(house: House, target: string, owner = ''): ModelSheet | undefined {
  const colon = target.indexOf(':')
  const named = house.providers.get(target.slice(0, Math.max(0, colon)).toLowerCase())
  const provider =
    named ?? house.providers.get(owner) ?? effectiveDefault(house.rules.defaultProvider, house.providers)
  if (provider === undefined) return undefined
  return house.catalogue.sheetOf(provider, named === undefined ? target : target.slice(colon + 1))
}

/** Where nothing is known of a target, nothing is promised. */
function leastOf(
  sheets: readonly (ModelSheet | undefined)[],
): Pick<ModelInfo, 'contextWindow' | 'maxOutput' | 'abilities'> {
  const contextWindow = least(sheets.map((sheet) => sheet?.contextWindow))
  const maxOutput = least(sheets.map((sheet) => sheet?.maxOutput))
  const [first, ...others] = sheets.map((sheet) => sheet?.abilities)
  const abilities = first?.filter((ability) => others.every((other) => other?.includes(ability) === true))
  return {
    ...(contextWindow === undefined ? {} : { contextWindow }),
    ...(maxOutput === undefined ? {} : { maxOutput }),
    ...(abilities === undefined || abilities.length === 0 ? {} : { abilities }),
  }
}

function least(numbers: readonly (number | undefined)[]): number | undefined {
  const known = numbers.filter((number) => number !== undefined)
  return known.length === numbers.length && known.length > 0 ? Math.min(...known) : undefined
}

/** A name means the first that bears it. */
function distinct(models: readonly ModelInfo[]): ModelInfo[] {
  const seen = new Set<string>()
  return models.filter(({ id }) => seen.size < seen.add(id).size)
}
