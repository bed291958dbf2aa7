/** What LiteLLM's file says of a model: prices, per token there and per million here, and windows. */

import type { Part } from './part.ts'
import { type FileSettings, withoutBlanks } from './provider-pool.ts'

export type FileFacts = NonNullable<FileSettings['model_facts']>[string]

const MILLION = 1_000_000

/** Undefined: nothing. What is written beside the call counts before what is written of the model. */
export function factsOf(entry: Part, params: Part): FileFacts | undefined {
  const info = entry.at('model_info')
  const said = (name: string) => (params.at(name).present ? params : info).at(name)
  const price = (name: string) => perMillion(said(name).number(0, 1))
  const prices = withoutBlanks({
    input_price: price('input_cost_per_token'),
    output_price: price('output_cost_per_token'),
    cache_read_price: price('cache_read_input_token_cost'),
    cache_write_price: price('cache_creation_input_token_cost'),
  })
  const isWhole = prices.input_price !== undefined && prices.output_price !== undefined
  if (!isWhole)
    for (const name of ['input_cost_per_token', 'output_cost_per_token'])
      said(name).leave('counts here only with the price of the other direction')
  const facts = withoutBlanks<FileFacts>({
    ...(isWhole ? prices : {}),
    context: info.at('max_input_tokens').whole(1),
    max_output: info.at('max_output_tokens').whole(1),
  })
  return Object.keys(facts).length === 0 ? undefined : facts
}

/** Without the dust that the multiplication raises. */
function perMillion(price: number | undefined): number | undefined {
  return price === undefined ? undefined : Number((price * MILLION).toPrecision(12))
}
