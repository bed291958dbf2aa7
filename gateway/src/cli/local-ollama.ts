/** A gateway without any provider looks once whether an Ollama runs on this machine (requirement R26). */

import { type LoadOptions, loadConfig, localOllama } from '#config'

/** A server next door answers at once or is not there. */
const PATIENCE_MS = 500

/** With the local Ollama where there is no provider and nobody has forbidden it; else as they are. */
export async function withLocalOllama(options: LoadOptions): Promise<LoadOptions> {
  const { providers, origins } = loadConfig(options)
  if (providers.length > 0 || origins.has('implicit_ollama')) return options
  return (await answers(localOllama(options.env.OLLAMA_HOST))) ? { ...options, ollama: true } : options
}

async function answers(url: string): Promise<boolean> {
  try {
    const response = await fetch(`${url}/api/version`, { signal: AbortSignal.timeout(PATIENCE_MS) })
    const body: unknown = await response.json()
    return response.ok && typeof body === 'object' && body !== null && 'version' in body
  } catch {
    return false
  }
}
