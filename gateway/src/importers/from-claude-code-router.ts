/** The configuration of claude-code-router. */

import { isTable } from '#config'
import type { Imported, Importer, ImportParts, Reason } from './importer.ts'
import type { Part } from './part.ts'
import { type FileModels, type FileProvider, ProviderPool, withoutBlanks } from './provider-pool.ts'
import { typeAt } from './provider-kinds.ts'
import { References } from './references.ts'

const CONTENT = 'no model is chosen by what a request contains; ask for it by its name'

const REASONS: readonly Reason[] = [
  ['Router', CONTENT],
  ['PROXY_URL', 'calls go out directly'],
  ['LOG', 'use log_level'],
  ['CUSTOM_ROUTER_PATH', 'scripts are not loaded'],
  ['transformers', 'scripts are not loaded'],
  ['StatusLine', 'is about the terminal, not about the gateway'],
  ['NON_INTERACTIVE_MODE', 'is about the terminal, not about the gateway'],
]

export const claudeCodeRouter: Importer = {
  name: 'claude-code-router',
  reasons: REASONS,
  knows: (value) => isTable(value) && (Object.hasOwn(value, 'Providers') || Object.hasOwn(value, 'Router')),
  run: importRouter,
}

function importRouter({ root }: ImportParts): Imported {
  const references = new References(/\$(?:\{(?<name>\w+)\}|(?<name>[A-Z_][A-Z0-9_]*))/)
  const pool = new ProviderPool()
  const names = new Map<string, string>()
  const models: FileModels = {}
  for (const entry of root.either('Providers', 'providers').items()) {
    const name = entry.at('name').text()
    if (name === undefined) continue
    const provider = pool.add(name, providerOf(entry, references))
    names.set(name, provider)
    for (const model of entry.at('models').texts()) {
      pool.lists(provider, model)
      // As `/model` of Claude Code names them there.
      models[`${name},${model}`] = { targets: [`${provider}:${model}`] }
    }
  }
  const targetOf = (part: Part) => targetNamed(part, names)
  const router = root.at('Router')
  const standard = targetOf(router.at('default'))
  const background = targetOf(router.at('background'))
  const level = root.at('LOG_LEVEL').text()
  const wait = root.at('API_TIMEOUT_MS').number(0, 2_000_000_000)
  return {
    settings: withoutBlanks({
      default_provider: standard?.split(':')[0],
      proxy_api_key: references.secret(root.either('APIKEY', 'API_KEY')),
      log_level: level,
      server: withoutBlanks({ host: root.at('HOST').text(), port: root.at('PORT').whole(0, 65_535) }),
      timeouts: withoutBlanks({ headers: wait === undefined ? undefined : wait / 1000 }),
      providers: pool.settings,
      models,
      aliases: aliasesOf(standard, background),
    }),
    references,
    hints:
      standard === undefined
        ? []
        : ['Names without opus, sonnet or haiku in them go to the default provider as they are.'],
  }
}

/** Claude Code asks for its background work by the name of its smallest model. */
function aliasesOf(
  standard: string | undefined,
  background: string | undefined,
): Record<string, string> | undefined {
  if (standard !== undefined) return { opus: standard, sonnet: standard, haiku: background ?? standard }
  return background === undefined ? undefined : { haiku: background }
}

/** `provider,model`. */
function targetNamed(part: Part, names: ReadonlyMap<string, string>): string | undefined {
  const [, name = '', model = ''] = /^([^,]+),(.+)$/.exec(part.text() ?? '') ?? []
  const provider = names.get(name.trim())
  if (provider !== undefined) return `${provider}:${model.trim()}`
  part.leave('names no provider of Providers')
  return undefined
}

/** Transformers that only say which language the server speaks, or what we know of it by its type. */
const LANGUAGES: ReadonlyMap<string, FileProvider> = new Map([
  ['anthropic', { type: 'anthropic' }],
  ['gemini', { type: 'google' }],
  ['vertex-gemini', { type: 'vertex' }],
  ['openai-response', { api_format: 'openai-responses' }],
  ...['openai', 'openrouter', 'deepseek', 'groq', 'cerebras', 'reasoning', 'cleancache'].map(
    (name) => [name, {}] as const,
  ),
])

function providerOf(entry: Part, references: References): FileProvider {
  const url = references.text(entry.at('api_base_url'))
  const said: FileProvider[] = []
  for (const use of entry.at('transformer').at('use').items()) {
    const known = LANGUAGES.get(String(use.value).toLowerCase())
    if (known !== undefined) said.push(use.take(known))
    else use.leave('is a transformer without a counterpart')
  }
  return withoutBlanks<FileProvider>({
    type: typeAt(url),
    base_url: url,
    api_key: references.secret(entry.at('api_key')),
    ...Object.assign({}, ...said),
  })
}
