/** What the keys mean that say what is known of models, and how long. */

import type { Meaning, Meanings } from './meaning.ts'

const catalogued = (meaning: string): Meaning => ({ meaning, otherwise: 'the catalogue’s' })
const likeInput = (meaning: string): Meaning => ({
  meaning,
  otherwise: '`model_facts.*.input_price`, where that is given',
})

export const MODEL_MEANINGS: Meanings = {
  'model_facts.*.name':
    'what a model is called in lists; the model as `"gpt-5"`, or as `"acme:gpt-5"` for one provider. [Facts](models.md#facts) given here are stronger than the catalogue',
  'model_facts.*.input_price': catalogued(
    'dollars per million tokens of input; with it goes `model_facts.*.output_price`',
  ),
  'model_facts.*.output_price': catalogued('dollars per million tokens of output'),
  'model_facts.*.cache_read_price': likeInput('dollars per million tokens of input read from a cache'),
  'model_facts.*.cache_write_price': likeInput('dollars per million tokens of input written to a cache'),
  'model_facts.*.context': catalogued('tokens of the context window'),
  'model_facts.*.max_output': catalogued('most tokens of an answer'),
  'model_facts.*.abilities': catalogued(
    'what it can do: a list of `completion`, `tools`, `vision`, `thinking`, `embedding`, `insert`',
  ),
  'model_cache.enabled': 'whether lists of models are kept; false: a list is asked for each time',
  'model_cache.ttl_hours': {
    meaning: 'hours that a list is good, in memory and on disk',
    otherwise: 'five minutes in memory, a day on disk',
  },
  'model_cache.wait':
    'seconds that a list of the models of several providers waits for each of them; what comes later is shown to whoever asks next',
  cache_dir:
    'folder in which [lists of models](models.md#lists) outlive a restart; unset: they are kept in memory alone',
  'top_models.source':
    'where [`/top-models`](models.md#top-models) takes its ranking from: `manual_rankings`, `disabled`, or the name or type of a provider whose list is taken in its order, such as `openrouter`; unset: the rankings file where one is named, else none',
  'top_models.rankings_file': 'the file of `manual_rankings`',
  'top_models.timeout': 'seconds that the provider of a ranking is waited for',
  'top_models.exclude': 'parts of names that hide a model in `/top-models`',
}
