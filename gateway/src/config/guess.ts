/** What a base URL says about the server behind it when nobody has said it (requirement R17). */

const OLLAMA_PORT = '11434'

export interface Guess {
  readonly type: string
  readonly dialect?: 'openai-chat'
}

/** On Ollama's port: its own API, or its OpenAI-compatible one under `/v1`. */
export function guessByPort(baseUrl: string | undefined): Guess | undefined {
  const url = baseUrl === undefined ? null : URL.parse(baseUrl)
  if (url?.port !== OLLAMA_PORT) return undefined
  const compatible = /\/v1\/*$/.test(url.pathname)
  return compatible ? { type: 'custom', dialect: 'openai-chat' } : { type: 'ollama' }
}

/** Hosts that only Azure gives out. */
export function guessByHost(baseUrl: string | undefined): Guess | undefined {
  const host = baseUrl === undefined ? undefined : URL.parse(baseUrl)?.hostname
  const azures = /\.(?:openai|cognitiveservices|services\.ai)\.azure\.(?:com|us|cn)$/
  return host !== undefined && azures.test(host) ? { type: 'azure' } : undefined
}

export function keylessByPort(baseUrl: string): boolean {
  return guessByPort(baseUrl) !== undefined
}
