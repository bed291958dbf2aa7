/** What the keys mean that say what is put between: plugins, middlewares, signatures of tool calls. */

import type { Meanings } from './meaning.ts'

export const PLUGIN_MEANINGS: Meanings = {
  'plugins.modules':
    '[modules that bring provider types](../guide/middleware.md#provider-types): paths, from the file’s folder, or names of packages',
  'plugins.hook_timeout': 'seconds that each hook of a middleware may take; 0 is no limit',
  middleware:
    '[middlewares](../guide/middleware.md) in the order of requests: a list of `{ use = "system-prompt", options = { … } }` or `{ module = "./mine.mjs" }`, each with `providers`, `models`, `hook_timeout`, `enabled` as wished',
  'thought_signatures.enabled':
    'whether [signatures of tool calls](../guide/middleware.md#thought-signatures) of models with `gemini` in their name are kept for clients that drop them',
  'thought_signatures.max_size':
    'how many signatures are kept, 1 to 1000000; when it is reached, the oldest tenth goes',
  'thought_signatures.ttl': 'seconds that a signature is kept',
  'thought_signatures.sweep_interval':
    'seconds between two searches for signatures that are too old; 0 is never',
}
