/** The keys of one Bifrost provider: those that serve the same models under the same conditions become one provider of ours. */

import { isTable } from '#config'
import type { Part } from './part.ts'
import { type FileProvider, withoutBlanks } from './provider-pool.ts'
import type { References } from './references.ts'

export interface KeyGroup {
  readonly settings: FileProvider
  readonly keys: string[]
  /** What Bifrost calls them. */
  readonly names: string[]
  readonly weights: number[]
  /** Undefined: any model. */
  readonly models: readonly string[] | undefined
  /** The upstream's name of a model, where it has another. */
  readonly deployments: ReadonlyMap<string, string>
}

/** `apart`: names of keys that stay by themselves. */
export function keyGroups(
  provider: Part,
  references: References,
  apart: ReadonlySet<string>,
): readonly KeyGroup[] {
  const groups = new Map<string, KeyGroup>()
  for (const part of provider.at('keys').items()) {
    const called = [part.at('name').text(), part.at('id').text()].filter((text) => text !== undefined)
    if (part.at('enabled').flag() === false) {
      part.leave('is switched off')
      continue
    }
    const found = groupOf(part, provider.at('meta_config'), references)
    const own = called.find((name) => apart.has(name))
    const identity = JSON.stringify([found.settings, found.models, [...found.deployments], own])
    const group = groups.get(identity) ?? found
    group.names.push(...called)
    if (group !== found) {
      group.keys.push(...found.keys)
      group.weights.push(...found.weights)
    }
    groups.set(identity, group)
  }
  return [...groups.values()]
}

function groupOf(part: Part, meta: Part, references: References): KeyGroup {
  const settings = { ...cloudsOf(part, meta, references) }
  const key = references.secret(part.at('value'))
  const listed = part.at('models').texts()
  if (Array.isArray(part.at('models').value) && listed.length === 0)
    part.at('models').leave('is read as any model, as before Bifrost 1.5, where it came to mean none')
  const deployments = deploymentsOf([
    part.at('aliases'),
    part.at('azure_key_config').at('deployments'),
    meta.at('deployments'),
  ])
  // Bifrost's Bedrock keys used to be access keys.
  const accessKey = meta.at('secret_access_key').present
  return {
    settings: accessKey ? { ...settings, aws: { ...settings.aws, access_key_id: key } } : settings,
    keys: key === undefined || accessKey ? [] : [key],
    names: [],
    weights: [part.at('weight').number(0, 1_000_000) ?? 1],
    models: listed.length === 0 || listed.includes('*') ? undefined : listed,
    deployments,
  }
}

function deploymentsOf(tables: readonly Part[]): ReadonlyMap<string, string> {
  return new Map(
    tables.flatMap((table) =>
      table.entries().flatMap(([model, name]) => {
        // Since 1.5 it may be a table that says more than the name.
        const text = (isTable(name.value) ? name.at('model_id') : name).text()
        return text === undefined ? [] : [[model, text] as const]
      }),
    ),
  )
}

function cloudsOf(part: Part, meta: Part, references: References): FileProvider {
  const azure = part.at('azure_key_config')
  const vertex = part.at('vertex_key_config')
  const bedrock = part.at('bedrock_key_config')
  const text = (own: Part, name: string) => references.text((own.at(name).present ? own : meta).at(name))
  const secret = (own: Part, name: string) => references.secret((own.at(name).present ? own : meta).at(name))
  return withoutBlanks<FileProvider>({
    base_url:
      text(azure, 'endpoint') ??
      references.text(part.at('ollama_key_config').at('url')) ??
      references.text(part.at('vllm_key_config').at('url')) ??
      references.text(part.at('sgl_key_config').at('url')),
    api_version: text(azure, 'api_version'),
    azure: withoutBlanks({
      tenant_id: references.text(azure.at('tenant_id')),
      client_id: references.text(azure.at('client_id')),
      client_secret: references.secret(azure.at('client_secret')),
    }),
    vertex: withoutBlanks({
      project: text(vertex, 'project_id'),
      location: references.text(vertex.at('region')) ?? references.text(meta.at('location')),
      credentials: secret(vertex, 'auth_credentials'),
    }),
    aws: withoutBlanks({
      access_key_id: references.secret(bedrock.at('access_key')),
      secret_access_key:
        references.secret(bedrock.at('secret_key')) ?? references.secret(meta.at('secret_access_key')),
      session_token: secret(bedrock, 'session_token'),
      region: text(bedrock, 'region'),
    }),
  })
}

/** Ours go from 1 to 1000; undefined when all are alike. */
export function keyWeights(weights: readonly number[]): number[] | undefined {
  if (weights.length < 2 || new Set(weights).size === 1) return undefined
  const most = Math.max(...weights)
  return weights.map((weight) => Math.max(1, Math.round((weight / most) * 100)))
}
