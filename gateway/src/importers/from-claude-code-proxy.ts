/** The `providers.json` of Claude Code Proxy, or the variables of its older setup. */

import { isTable } from '#config'
import type { Imported, Importer, ImportParts } from './importer.ts'
import type { Part } from './part.ts'
import { typeAt } from './provider-kinds.ts'
import { type FileProvider, type FileSettings, plainName, withoutBlanks } from './provider-pool.ts'
import { References } from './references.ts'
import { readVariables } from './variables-read.ts'

/** There this is the gate's key. */
const GATE = 'ANTHROPIC_API_KEY'

export const claudeCodeProxy: Importer = {
  name: 'claude-code-proxy',
  reasons: [],
  variables: true,
  knows: (value, env) =>
    (isTable(value) && Array.isArray(value['providers']) && value['providers'].some(isEntry)) ||
    ['BIG_MODEL', 'SMALL_MODEL'].some((name) => name in env),
  run: importProxy,
}

function isEntry(value: unknown): boolean {
  return isTable(value) && 'base_url' in value && !('provider_type' in value)
}

function importProxy({ root, env, presets }: ImportParts): Imported {
  const references = new References(/\$\{(?<name>[A-Za-z_]\w*)(?::-(?<fallback>[^}]*))?\}/)
  const fromFile = root
    .at('providers')
    .items()
    .flatMap((entry) => providerOf(entry, references))
  // A file replaces the variables of the one provider there.
  const lone = fromFile.length === 0
  const fromEnv = readVariables({ env, presets, references, except: new Set([GATE]) })
  if (!lone) leaveLone(env)
  const gate = env.at(GATE)
  gate.text()
  return {
    settings: withoutBlanks({
      ...fromEnv.settings,
      ...(gate.present ? { anthropic_key_is_gate: true } : {}),
      fallback_strategy: root.at('fallback_strategy').text() ?? (lone ? undefined : 'priority'),
      health_check_interval: intervalOf(root),
      circuit_breaker: withoutBlanks({
        failure_threshold: root.at('circuit_breaker').at('failure_threshold').whole(1, 1_000_000),
        recovery_timeout: root.at('circuit_breaker').at('recovery_timeout').number(0, 2_000_000),
      }),
      providers: lone ? withSizes(fromEnv.providers) : Object.fromEntries(fromFile),
    } satisfies FileSettings),
    references,
    hints: [],
  }
}

function leaveLone(env: Part): void {
  for (const [name, part] of env.entries())
    if (/^(?:OPENAI_|AZURE_|BIG_MODEL$|MIDDLE_MODEL$|SMALL_MODEL$)/i.test(name))
      part.leave('is not used there either, as providers.json is')
}

/** 0 is never, here too; ten seconds are the least. */
function intervalOf(root: Part): number | undefined {
  const part = root.at('health_check_interval')
  return part.value === 0 ? part.number() : part.number(10, 2_000_000)
}

function providerOf(entry: Part, references: References): readonly (readonly [string, FileProvider])[] {
  const name = entry.at('name').text()
  if (name === undefined) {
    entry.leave('has no name')
    return []
  }
  const url = references.text(entry.at('base_url'))
  const version = references.text(entry.at('api_version'))
  const models = entry.at('models')
  const settings = withoutBlanks<FileProvider>({
    type: version === undefined ? typeAt(url) : 'azure',
    enabled: entry.at('enabled').flag(),
    priority: entry.at('priority').number(0, 1_000_000),
    api_key: references.secret(entry.at('api_key')),
    base_url: url,
    api_version: version,
    max_retries: entry.at('max_retries').whole(0, 20),
    timeouts: withoutBlanks({ headers: entry.at('timeout').number(0, 2_000_000) }),
    custom_headers: references.headers(entry.at('custom_headers')),
    models: withoutBlanks({
      big: listOf(models.at('big'), references),
      middle: listOf(models.at('middle'), references),
      small: listOf(models.at('small'), references),
    }),
  })
  return [[plainName(name), settings]]
}

function listOf(part: Part, references: References): string[] | undefined {
  const list = references.texts(part)
  return list.length === 0 ? undefined : list
}

/** The models it asks for when nothing is said. */
function withSizes(providers: Record<string, FileProvider>): Record<string, FileProvider> {
  const { openai, ...others } = providers
  if (openai === undefined) return providers
  const { big = 'gpt-4o', middle = big, small = 'gpt-4o-mini' } = Object(openai.models) as Sizes // A table, as its variables make it.
  return { openai: { ...openai, models: { big: [big], middle: [middle], small: [small] } }, ...others }
}

interface Sizes {
  readonly big?: string
  readonly middle?: string
  readonly small?: string
}
