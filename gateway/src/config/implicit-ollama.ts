/** A local Ollama that nobody configured (requirement R26): the weakest of all providers. */

import type { Layer, Setting } from './setting.ts'

const NAME = 'ollama'

/** Ollama's own variable for its address. */
export const OLLAMA_VARIABLE = 'OLLAMA_HOST'

/** Where Ollama listens by its own variable, which may say where to bind and leave out the rest. */
export function localOllama(host: string | undefined): string {
  const said = (host ?? '').trim()
  const url = URL.parse(/^https?:\/\//.test(said) ? said : `http://${said === '' ? '127.0.0.1' : said}`)
  if (url === null) return 'http://127.0.0.1:11434'
  const name = url.hostname === '0.0.0.0' ? '127.0.0.1' : url.hostname
  return `${url.protocol}//${name}:${url.port === '' ? '11434' : url.port}`
}

export function implicitOllama(url: string): Layer {
  const put = (field: string, value: string): Setting => ({
    path: ['providers', NAME, field],
    value,
    origin: { source: 'default', name: 'implicit Ollama' },
  })
  return [put('type', NAME), put('base_url', url), put('default_model', 'llama3.2:3b')]
}
