/** What the keys of the gateway itself mean: where it listens, who may enter, what it writes down. */

import type { Meanings } from './meaning.ts'

export const SERVER_MEANINGS: Meanings = {
  'server.host':
    'address to listen on. One that other machines can reach needs `proxy_api_key`, a client with a key, or `server.allow_open_bind`',
  'server.port': 'port to listen on, 0 to 65535',
  'server.ports':
    'several ports, each of which serves everything, such as 8082 and 11434 for clients that look for Ollama; `server.port` is one more where it is set. The first is the one that examples name. A change needs a restart',
  'server.allow_open_bind': 'allows a reachable address without a gate key',
  'server.cors_origins':
    'origins of web pages that may ask and read the answers; `*` is any, without credentials. Without it, and without a key at the gate, pages of other machines are refused',
  'server.allowed_hosts':
    'names by which a gateway that listens on this machine alone may be called besides the machine’s own',
  'server.upstream_allow':
    'private networks (`10.0.0.0/8`), addresses and names that a provider may have which was registered through the API; `*` is all. Addresses where clouds keep credentials are never connected to',
  'server.body_limit': 'largest request body, in bytes or as text like `"32mb"`',
  'server.forward_limit':
    'largest body of what is only passed on (files, pictures, sound), as `server.body_limit`',
  'server.shutdown_grace': 'seconds running exchanges get to end after SIGTERM',
  'server.keep_alive': 'seconds of silence in a stream after which a sign of life is written',
  'server.header_timeout': 'seconds in which the head of a request must be there',
  'server.request_timeout': 'seconds in which all of a request must be there',
  'server.max_connections': 'connections of clients at once, on each port; 0 is no bound',
  proxy_api_key: 'the gate key every client must show; unset leaves the gate open',
  admin_api_key:
    'the key that [management](../guide/managing-providers.md) asks for; unset leaves it to callers on the same machine',
  anthropic_key_is_gate:
    'makes `ANTHROPIC_API_KEY` the key that clients must show, as the proxy for Claude Code did, instead of a key for Anthropic',
  'clients.*.key':
    'a key, or several, by which this client enters, besides `proxy_api_key`; with a client configured the gate is shut to everybody else',
  'clients.*.key_sha256': 'that key, or several, as SHA-256 in hexadecimal, so that the file holds no key',
  'clients.*.models': {
    meaning: 'which models this client may ask for, as in a model filter',
    otherwise: 'all',
  },
  'clients.*.providers': { meaning: 'which providers this client may be sent to', otherwise: 'all' },
  environment:
    'where the gateway runs: `development`, `staging` or `production`, which refuses `reload`. In a file it chooses no `.env` file',
  reload:
    'whether the files that the configuration comes from are watched, and [read again](../guide/managing-providers.md#reload) when one changes',
  log_level:
    'from which level on the log is written: `debug`, `info`, `warn`, `error`, `silent`, in any case',
  log_summary_interval:
    'requests after which a line in the log sums them up: how they ended, what they used, how long they took; 0 is never',
  'traces.size': '[decision traces](../guide/explain.md) kept in memory, 0 to 1000000; 0 keeps none',
  'traces.file':
    'file that gets every decision trace as a line of JSON, in the background; unset writes none',
}
