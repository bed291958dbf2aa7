/** Headers by which clients say where to go and are told where they went. Those of the vendors' own languages are not here. */

/** What a request may carry. */
export const REQUEST_HEADERS = {
  'X-Provider': 'the provider to ask, by name or type; stronger than all rules but a prefix',
  'X-Provider-Strict': '`true`: that provider or nobody',
  'X-Fallback': 'whom to ask when it fails, in order: `provider` or `provider:model`, with commas between',
  'X-Routing-Strategy': 'the strategy for this request alone',
  'X-Priority': 'its place in the queue',
  'X-Session-Id': 'the conversation it belongs to, which then keeps its provider',
  'X-Request-Id': 'its id, for logs and traces: up to 128 letters, digits and `._:-`',
  'X-Admin-Key': 'the admin key, for management',
} as const

/** What an answer may carry. */
export const RESPONSE_HEADERS = {
  'X-Request-Id': 'the id of the request',
  'X-Provider': 'who answered',
  'X-Model': 'the model that answered, as its provider calls it',
  'X-Attempts': 'how many calls it took',
  'X-Routing-Reason':
    'the rule that chose, with strategy and fallback, and who failed or was passed over before',
  'X-Sluice-Overhead-Ms': 'what the gateway itself took, in milliseconds',
  'X-Sluice-Notes': 'what the provider’s language could not say',
  'X-Sluice-Stale': 'providers whose list of models is old, with its age in seconds',
  'X-Sluice-Missing': 'providers that gave no list of models in time',
  'X-Upstream-Request-Id': 'the id the provider gave the call',
  'X-Should-Retry': '`false`: asking again would not help; read by the official clients',
  'Retry-After': 'seconds until asking again makes sense',
} as const
