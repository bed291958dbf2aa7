/** The `.env` of Ollama Proxy. */

import type { Imported, Importer, ImportParts, Reason } from './importer.ts'
import { withoutBlanks } from './provider-pool.ts'
import { References } from './references.ts'
import { readVariables } from './variables-read.ts'

const REASONS: readonly Reason[] = [['DEBUG', 'use LOG_LEVEL']]

/** What holds there when nothing is said: the order of the providers and their patience. */
const PRIORITIES: Readonly<Record<string, number>> = {
  openrouter: 1,
  openai: 2,
  anthropic: 3,
  google: 4,
  azure: 5,
  aws_bedrock: 6,
  ollama: 7,
}
const PATIENCE = 300

export const ollamaProxy: Importer = {
  name: 'ollama-proxy',
  reasons: REASONS,
  variables: true,
  knows: (_, env) =>
    Object.keys(env).some((name) =>
      /^(?:ROUTING_STRATEGY|FALLBACK_STRATEGY|ENABLE_LOAD_BALANCING|AWS_BEDROCK_\w+)$/i.test(name),
    ),
  run: importOllamaProxy,
}

function importOllamaProxy({ env, presets }: ImportParts): Imported {
  const references = new References(/(?!)/)
  const { settings, providers } = readVariables({ env, presets, references })
  const all = Object.entries(providers).map(([name, provider]) => {
    const standard = PRIORITIES[name]
    if (standard === undefined) return [name, provider] as const
    const timeouts = { headers: PATIENCE, ...provider.timeouts }
    // There a provider is off until it is switched on; only OpenRouter is on by itself.
    const enabled = provider.enabled ?? standard === 1
    return [name, withoutBlanks({ priority: standard, ...provider, timeouts, enabled })] as const
  })
  return {
    settings: withoutBlanks({
      routing_strategy: 'capability_based',
      fallback_strategy: 'next_available',
      ...settings,
      providers: Object.fromEntries(all),
    }),
    references,
    hints: [],
  }
}
