/** Providers of ClosedPaw: what is sent to its registration, its list of providers, or the variables around it. */

import { isTable } from '#config'
import type { Imported, Importer, ImportParts, Reason } from './importer.ts'
import type { Part } from './part.ts'
import { kindNamed } from './provider-kinds.ts'
import { type FileProvider, plainName, withoutBlanks } from './provider-pool.ts'
import { References } from './references.ts'
import { readVariables } from './variables-read.ts'

const REASONS: readonly Reason[] = [['**.settings', 'nothing reads it there either']]

export const closedpaw: Importer = {
  name: 'closedpaw',
  reasons: REASONS,
  variables: true,
  knows: (value) =>
    recordsIn(value).some((record) => isTable(record) && ('provider_type' in record || 'type' in record)),
  run: importClosedpaw,
}

/** One record, a list of them, or a table or list of them under `providers`. */
function recordsIn(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value
  if (!isTable(value)) return []
  const { providers } = value
  if (Array.isArray(providers)) return providers
  if (isTable(providers)) return Object.values(providers)
  return 'provider_type' in value ? [value] : []
}

function records(root: Part): readonly (readonly [string | undefined, Part])[] {
  const providers = root.at('providers')
  if (Array.isArray(root.value)) return root.items().map((part) => [undefined, part])
  if (Array.isArray(providers.value)) return providers.items().map((part) => [undefined, part])
  if (providers.present) return providers.entries()
  return root.at('provider_type').present ? [[undefined, root]] : []
}

function importClosedpaw({ root, env, presets }: ImportParts): Imported {
  const references = new References(/\$\{(?<name>[A-Za-z_]\w*)\}/)
  const { settings, providers } = readVariables({ env, presets, references })
  for (const [key, part] of records(root)) {
    const name = part.at('name').text() ?? key ?? part.at('provider_type').text()
    if (name === undefined) part.leave('has no name')
    else providers[plainName(name)] = providerOf(part, references)
  }
  const standard = root.either('default_provider', 'default').text()
  const first = Object.keys(providers)[0]
  return {
    settings: withoutBlanks({
      ...settings,
      // There it is the first that was registered.
      default_provider: standard === undefined ? (settings.default_provider ?? first) : plainName(standard),
      providers,
    }),
    references,
    hints: [],
  }
}

function providerOf(part: Part, references: References): FileProvider {
  const told = part.either('provider_type', 'type')
  const word = told.text()
  const kind = word === undefined ? undefined : kindNamed(word)
  if (kind === undefined)
    told.leave('is no type that is known here; taken as a server that speaks OpenAI’s language')
  const models = part.at('models').texts()
  return withoutBlanks<FileProvider>({
    type: kind?.type ?? 'custom',
    api_key: references.secret(part.at('api_key')),
    base_url: references.text(part.at('base_url')),
    default_model: references.text(part.at('default_model')),
    enabled: part.at('enabled').flag(),
    rate_limit: part.at('rate_limit').whole(),
    timeouts: withoutBlanks({ headers: part.at('timeout').number(0, 2_000_000) }),
    models: models.length === 0 ? undefined : { list: [...models] },
  })
}
