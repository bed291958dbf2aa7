/** What is told at start: who answers, who cannot and why, and how to try it. Keys only as fingerprints. */

import { effectiveDefault, fingerprint, type GatewayConfig, type ProviderConfig, shownValue } from '#config'
import type { PresetFacts } from '#providers'

export function listing(
  config: GatewayConfig,
  urls: readonly string[],
  presets: readonly PresetFacts[],
): readonly string[] {
  const { providers, partial, disabled = [], warnings } = config
  return [
    `Sluice listens on ${urls.join(' and ')}`,
    ...(providers.length === 0 ? demo() : providersTable(config, presets)),
    ...partial.map(({ name, reason }) => `  ${name}: not usable, ${reason}`),
    ...disabled.map((name) => `  ${name}: switched off`),
    ...defaultLine(config),
    ...warnings.map((warning) => `warning: ${warning}`),
    ...tryIt(config, urls[0] ?? '', presets),
  ]
}

function demo(): readonly string[] {
  return [
    'No provider is configured: the built-in simulator answers as provider "demo", without any model behind it.',
    'For a real one set a key and start again, for example: export OPENAI_API_KEY=...',
    'or, for any other server: export ACME_API_KEY=... ACME_BASE_URL=https://api.acme.example/v1',
  ]
}

function providersTable(config: GatewayConfig, presets: readonly PresetFacts[]): readonly string[] {
  const standard = effectiveDefault(config)
  const rows = config.providers.map((provider) => {
    const preset = presets.find(({ name }) => name === provider.type)
    return [
      provider.name,
      provider.type,
      provider.dialect ?? preset?.dialect ?? '',
      `priority ${provider.priority}`,
      // A query may hold a key.
      String(shownValue(['providers', provider.name, 'base_url'], provider.baseUrl ?? preset?.baseUrl ?? '')),
      keysOf(provider),
      provider === standard ? '(default)' : '',
    ]
  })
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)))
  const line = (row: readonly string[]) =>
    row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ')
  return ['Providers:', ...rows.map((row) => `  ${line(row)}`.trimEnd())]
}

function keysOf({ passthrough, apiKeys }: ProviderConfig): string {
  if (passthrough) return 'key PASSTHRU'
  if (apiKeys.length === 0) return 'no key'
  return `${apiKeys.length === 1 ? 'key' : 'keys'} ${apiKeys.map(fingerprint).join(' ')}`
}

/** Both views, where they differ. */
function defaultLine(config: GatewayConfig): readonly string[] {
  const { configuredDefault } = config
  const effective = effectiveDefault(config)?.name
  if (configuredDefault === undefined || configuredDefault === effective) return []
  return [`Default provider: ${configuredDefault} is configured, ${effective} is in effect`]
}

function tryIt(config: GatewayConfig, url: string, presets: readonly PresetFacts[]): readonly string[] {
  const provider = effectiveDefault(config)
  const usual = presets.find(({ name }) => name === provider?.type)?.defaultModel
  const listed = provider?.modelList?.[0] ?? provider?.defaultModel ?? usual
  const model = provider === undefined ? 'demo' : `${provider.name}:${listed ?? 'MODEL'}`
  const gate = config.server.proxyApiKey === undefined ? '' : ' -H "authorization: Bearer $PROXY_API_KEY"'
  const body = JSON.stringify({ model, messages: [{ role: 'user', content: 'Hello' }] })
  const quoted = `'${body.replaceAll("'", String.raw`'\''`)}'`
  return [`Try it: curl ${url}/v1/chat/completions -H "content-type: application/json"${gate} -d ${quoted}`]
}
