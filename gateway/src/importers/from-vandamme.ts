/** vandamme's TOML and the variables beside it, which win. */

import { isTable } from '#config'
import type { Imported, Importer, ImportParts, Reason } from './importer.ts'
import type { Part } from './part.ts'
import { type FileProvider, plainName, withoutBlanks } from './provider-pool.ts'
import { References } from './references.ts'
import { readVariables } from './variables-read.ts'

const REASONS: readonly Reason[] = [
  ['profiles', 'there are no profiles; write a virtual model for each name'],
  ['VDM_*', 'is about the other program’s own pages'],
]

const SECTION_KEYS = [
  'base-url',
  'base_url',
  'api-format',
  'api_format',
  'api-key',
  'api_key',
  'aliases',
  'max-retries',
]

export const vandamme: Importer = {
  name: 'vandamme',
  reasons: REASONS,
  variables: true,
  knows: (value, env) =>
    (isTable(value) &&
      Object.values(value).some((each) => isTable(each) && SECTION_KEYS.some((key) => key in each))) ||
    Object.keys(env).some((name) => /^VDM_|_ALIAS_|_API_FORMAT$/.test(name)),
  run: importVandamme,
}

function importVandamme({ root, env, presets }: ImportParts): Imported {
  const references = new References(/\$\{(?<name>[A-Za-z_]\w*)\}/)
  const sections = root
    .entries()
    .filter(([name, part]) => isTable(part.value) && !['defaults', 'profiles'].includes(name))
  const fromFile = new Map(sections.map(([name, part]) => [plainName(name), sectionOf(part, references)]))
  const { settings, providers } = readVariables({ env, presets, references, names: [...fromFile.keys()] })
  for (const [name, section] of fromFile) providers[name] = over(section, providers[name] ?? {})
  for (const [name, provider] of Object.entries(providers)) {
    if (provider.api_key !== undefined) continue
    // There the key is always a variable's.
    const variable = `${name.toUpperCase().replaceAll(/[^A-Z0-9]/g, '_')}_API_KEY`
    providers[name] = { ...provider, api_key: references.variable(variable) }
  }
  const defaults = root.at('defaults')
  return {
    settings: withoutBlanks({
      ...settings,
      default_provider: settings.default_provider ?? defaultIn(defaults) ?? defaultIn(root),
      defaults: withoutBlanks({ aliases: aliasesOf(defaults.at('aliases')) }),
      providers,
    }),
    references,
    hints: [],
  }
}

function defaultIn(part: Part): string | undefined {
  return part.either('default-provider', 'default_provider').text()
}

/** The weaker source, and what a stronger one says of the same provider. */
function over(weak: FileProvider, strong: FileProvider): FileProvider {
  return withoutBlanks({
    ...weak,
    ...strong,
    timeouts: { ...weak.timeouts, ...strong.timeouts },
    custom_headers: { ...weak.custom_headers, ...strong.custom_headers },
    aliases: { ...weak.aliases, ...strong.aliases },
  })
}

function sectionOf(part: Part, references: References): FileProvider {
  const at = (name: string) => part.either(name, name.replaceAll('-', '_'))
  return withoutBlanks<FileProvider>({
    api_key: references.secret(at('api-key')),
    base_url: references.text(at('base-url')),
    api_format: at('api-format').text(),
    api_version: references.text(at('api-version')),
    max_retries: at('max-retries').whole(0, 20),
    timeouts: withoutBlanks({ headers: at('timeout').number(0, 2_000_000) }),
    tool_name_sanitization: at('tool-name-sanitization').flag(),
    model_page: at('model-page').text(),
    aliases: aliasesOf(at('aliases')),
  })
}

function aliasesOf(part: Part): Record<string, string> | undefined {
  const found = part.entries().flatMap(([name, target]) => {
    const text = target.text()
    return text === undefined ? [] : [[name, text] as const]
  })
  return found.length === 0 ? undefined : Object.fromEntries(found)
}
