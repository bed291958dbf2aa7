/**
 * What is known of models beforehand: what the configuration says, then what the dated catalogue has for the provider's type, then what
 * it has for the model's maker. Answers without waiting and remembers its answers.
 */

import { costOf, type ModelAbility, type ModelInfo, type ModelSheet, type Usage } from '#core'
import { makersNames, ownNames } from './model-name.ts'
import { sectionOf } from './section.ts'

/** Types that make models: where others serve the same, window and abilities are the same. */
const MAKERS = [
  'openai',
  'anthropic',
  'google',
  'mistral',
  'deepseek',
  'xai',
  'zai',
  'kimi',
  'cohere',
  'perplexity',
] as const

/** Types that ask what the maker asks. */
const AT_MAKERS_PRICE: ReadonlySet<string> = new Set(['azure', 'vertex', 'openrouter'])

/** Types whose windows and abilities are as their machines were set up. */
const SET_UP_BY_OWNER: ReadonlySet<string> = new Set(['ollama', 'lmstudio', 'llamacpp'])

const REMEMBERED = 2000

/** A provider as far as the catalogue goes. */
export interface Seller {
  readonly name: string
  readonly type: string
}

/** What the configuration says of models, by `model` or `provider:model`. */
export type OwnSheets = Readonly<Record<string, ModelSheet>>

export class Catalogue {
  readonly #own: ReadonlyMap<string, ModelSheet>
  readonly #known = new Map<string, ModelSheet | undefined>()

  constructor(own: OwnSheets = {}) {
    this.#own = new Map(Object.entries(own).map(([name, sheet]) => [name.toLowerCase(), sheet]))
  }

  /** Undefined: nobody knows anything of it. */
  sheetOf(seller: Seller, model: string): ModelSheet | undefined {
    const key = `${seller.name}\n${seller.type}\n${model}`
    if (this.#known.has(key)) return this.#known.get(key)
    if (this.#known.size >= REMEMBERED) this.#known.clear()
    const sheet = this.#find(seller, model)
    this.#known.set(key, sheet)
    return sheet
  }

  /** A model of a provider's list with what else is known. What the provider says is newer than the catalogue. */
  described(seller: Seller, info: ModelInfo): ModelInfo {
    const { name: ownName, ...own } = this.#ownOf(seller, info.id)
    const { name, ...known } = listed(seller.type, info.id) ?? {}
    const displayName = ownName ?? info.displayName ?? name
    return { ...known, ...info, ...own, ...(displayName === undefined ? {} : { displayName }) }
  }

  /** What a million tokens cost in dollars, three of them sent for each one that comes back. */
  priceOf({ provider, model }: { readonly provider: Seller; readonly model: string }): number | undefined {
    const price = this.sheetOf(provider, model)?.price
    return price === undefined ? undefined : (3 * price.input + price.output) / 4
  }

  /** Dollars. */
  costOf(
    { provider, model }: { readonly provider: Seller; readonly model: string },
    usage: Usage,
  ): number | undefined {
    return costOf(this.sheetOf(provider, model), usage)
  }

  contextOf({ provider, model }: { readonly provider: Seller; readonly model: string }): number | undefined {
    return this.sheetOf(provider, model)?.contextWindow
  }

  abilitiesOf(target: {
    readonly provider: Seller
    readonly model: string
  }): readonly ModelAbility[] | undefined {
    return this.sheetOf(target.provider, target.model)?.abilities
  }

  /** The models that the catalogue has of a type, for when its provider cannot be asked. */
  listOf({ type }: Pick<Seller, 'type'>): readonly string[] {
    return sectionOf(type).ids
  }

  #ownOf(seller: Seller, model: string): ModelSheet {
    const bare = model.toLowerCase()
    return { ...this.#own.get(bare), ...this.#own.get(`${seller.name}:${bare}`) }
  }

  #find(seller: Seller, model: string): ModelSheet | undefined {
    const own = this.#ownOf(seller, model)
    const known = listed(seller.type, model)
    return known === undefined && Object.keys(own).length === 0 ? undefined : { ...known, ...own }
  }
}

function listed(type: string, model: string): ModelSheet | undefined {
  const sheet = sectionOf(type).find(ownNames(model))
  if (sheet !== undefined || SET_UP_BY_OWNER.has(type)) return sheet
  const names = makersNames(model)
  for (const maker of MAKERS) {
    const made = sectionOf(maker).find(names)
    if (made !== undefined) return AT_MAKERS_PRICE.has(type) ? made : withoutPrice(made)
  }
  return undefined
}

/** What somebody else asks for it is not known. */
function withoutPrice(sheet: ModelSheet): ModelSheet {
  const { price: _, ...rest } = sheet
  return rest
}
