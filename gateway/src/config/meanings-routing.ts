/** What the keys mean that say whom a request goes to. */

import type { Meanings } from './meaning.ts'

export const ROUTING_MEANINGS: Meanings = {
  default_provider:
    'provider for models without a prefix; else the one with the lowest priority number, then the first',
  routing_strategy:
    '[strategy](../guide/routing.md#strategies) by which targets are ordered; unset leaves them as they stand',
  fallback_strategy:
    '[who is asked after a failure](../guide/routing.md#fallback); unset: only who was declared',
  load_balancing: 'false takes targets as they stand, whatever strategy is named',
  cost_latency_limit: 'seconds to first content beyond which `cost_optimized` passes a target over',
  'models.*.targets':
    'a virtual model: the `provider:model` pairs that serve it, in order; a name with a `*` [takes any that fits](../guide/routing.md#any-model)',
  'models.*.strategy': {
    meaning:
      'as `routing_strategy`, for this model: by what its targets are ordered; `priority` tries them in their order',
    otherwise: '`routing_strategy`',
  },
  'models.*.fallback_strategy': {
    meaning: 'as `fallback_strategy`, for this model: who is asked after a failure, among its targets',
    otherwise: '`fallback_strategy`',
  },
  'models.*.weights': {
    meaning: 'shares of the targets under `weighted`, in their order: `[3, 1]`',
    otherwise: 'the providers’',
  },
  'aliases.*': '[alias](../guide/routing.md#rules) name to target',
  'defaults.aliases.*':
    'aliases that hold where `aliases` has none of the name, and behind the prefix of every provider that has none of it',
  alias_substrings: 'whether an alias is found inside a longer name',
  alias_max_chain: 'aliases that may lead to one another',
  alias_cache_ttl: 'seconds that a found alias is remembered',
  alias_cache_size: 'names whose alias is remembered',
  model_filter:
    'a file that says which models may be asked for (see [the guide to routing](../guide/routing.md)); one that is not there lets everything through',
  routing_rules: 'a JSON file that says whose a model is, `{"gpt-*": "azure"}`, before what is known for all',
  model_table:
    'whose a model is, by its name: a list of `{ match = "acme-*", provider = "acme" }`, before what is known for all',
  strict_prefix: 'whether `word:model` with a word that names nobody is a 404',
}
