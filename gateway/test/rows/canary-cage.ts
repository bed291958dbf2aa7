/** A gateway with canaries in every field that can hold a credential, and ears for all that anybody is told of it. */

import { generateKeyPairSync } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { ScriptFunction } from '#simulator'
import { managed, type ManagedGateway } from '../managed.ts'
import { tokenServers } from '../token-server.ts'

export const FILE = 'config/providers.json'

/** Of no shape that a pattern could know, so that only knowing the secret itself helps. */
export const secret = (place: string) => `canary.${place}.0815`

const { privateKey } = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
})
const PEM_LINE = privateKey.split('\n')[3] ?? ''

/** One provider for each way of being let in. */
function providers(url: string, tokenUrl: string) {
  const common = { base_url: url, default_model: 'm', max_retries: 0 }
  const account = (more: object) =>
    JSON.stringify({
      private_key: privateKey,
      client_email: 'a@b.example',
      token_uri: `${tokenUrl}/google`,
      ...more,
    })
  return {
    plain: { ...common, type: 'openai', api_key: [secret('key-1'), secret('key-2')] },
    headed: {
      ...common,
      type: 'custom',
      custom_headers: { authorization: `Custom ${secret('header')}`, 'x-team-token': secret('header-2') },
    },
    anthropic: { ...common, type: 'anthropic', api_key: secret('anthropic') },
    google: { ...common, type: 'google', api_key: secret('google') },
    callers: { ...common, type: 'custom', api_key: '!PASSTHRU' },
    azure: { ...common, type: 'azure', api_key: secret('azure-key') },
    entra: {
      ...common,
      type: 'azure',
      azure: {
        tenant_id: 't',
        client_id: 'c',
        client_secret: secret('entra-secret'),
        authority: `${tokenUrl}/entra`,
      },
    },
    identity: {
      ...common,
      type: 'azure',
      azure: { identity_endpoint: `${tokenUrl}/identity`, identity_header: secret('identity-header') },
    },
    account: {
      ...common,
      type: 'vertex',
      vertex: { project: 'p', credentials: account({ type: 'service_account' }) },
    },
    login: {
      ...common,
      type: 'vertex',
      vertex: {
        project: 'p',
        credentials: account({
          type: 'authorized_user',
          client_secret: secret('google-client'),
          refresh_token: secret('google-refresh'),
        }),
      },
    },
    signed: {
      ...common,
      type: 'bedrock',
      aws: {
        region: 'eu-west-1',
        access_key_id: secret('aws-id'),
        secret_access_key: secret('aws-secret'),
        session_token: secret('aws-session'),
      },
    },
    bearer: { ...common, type: 'bedrock', aws: { region: 'eu-west-1', bearer_token: secret('aws-bearer') } },
    addressed: {
      ...common,
      type: 'custom',
      base_url: `${url}?sig=${secret('address')}`,
      api_key: secret('key-3'),
    },
    optioned: {
      ...common,
      type: 'custom',
      api_key: secret('key-4'),
      settings: { password: secret('option') },
    },
  }
}

export const NAMES = Object.keys(providers('', ''))

export const SHOWN = [
  '/',
  '/health',
  '/health/detailed',
  '/health/metrics',
  '/health/providers',
  '/health?format=yaml',
  '/test-connection',
  '/v1/models',
  '/v1/models?format=raw',
  '/v1/models/m',
  '/v1beta/models',
  '/v1/aliases',
  '/top-models',
  '/openapi.json',
  '/api/tags',
  '/api/ps',
  '/api/version',
  '/api/status',
  '/api/stats',
  '/api/traces',
  '/api/providers',
  '/api/providers/health',
  '/api/providers/models',
  '/api/config/diff',
  '/api/config/providers',
]

/** Everything that anybody is told, or finds in a file. */
export class Ears {
  readonly #heard: [string, string][] = []

  hear(where: string, text: string): void {
    this.#heard.push([where, text])
  }

  get count(): number {
    return this.#heard.length
  }

  /** Where a canary sang, and the words around it. */
  get canaries(): readonly string[] {
    const all = this.#heard.flatMap(([where, text]) => {
      const at = [text.search(/canary/i), text.indexOf(PEM_LINE)].find((place) => place !== -1)
      return at === undefined ? [] : [`${where}: …${text.slice(Math.max(0, at - 120), at + 60)}…`]
    })
    return [...new Set(all)].slice(0, 10)
  }
}

/** One who asks, heard with every answer. */
export function listener(ears: Ears, gate: ManagedGateway, headers: Record<string, string>) {
  return async (method: string, path: string, body?: object | string) => {
    const reply = await gate.ask(method, path, body, headers)
    ears.hear(`${method} ${path}`, `${reply.text} ${JSON.stringify([...reply.headers])}`)
    return reply
  }
}

export const ADMIN = { 'x-admin-key': secret('admin') }
export const CALLER = { 'x-api-key': secret('client'), authorization: `Bearer ${secret('callers')}` }

/** Once per test file. */
export function cages() {
  const { upstream, start } = managed()
  const tokens = tokenServers()
  return {
    open: async (script: ScriptFunction, mayObtain = true) => {
      const acme = await upstream(script)
      const server = await tokens(({ url, headers, body }) =>
        mayObtain
          ? { json: { access_token: secret('token'), expires_in: 3600 } }
          : { status: 401, json: { error: `${url} ${JSON.stringify(headers)} ${body}` } },
      )
      const fileIn = (folder: string) => ({
        providers: providers(acme.url, server.url),
        admin_api_key: secret('admin'),
        proxy_api_key: secret('gate'),
        clients: { alice: { key: secret('client') } },
        traces: { size: 500, file: join(folder, 'traces.jsonl') },
        cache_dir: join(folder, 'cache'),
      })
      const gate = await start({
        env: {
          LOG_LEVEL: 'debug',
          MAX_RETRIES: '0',
          CIRCUIT_BREAKER_ENABLED: 'false',
          LOG_SUMMARY_INTERVAL: '5',
          SLUICE_SECRET_KEY: secret('sealing'),
          AWS_SECRET_ACCESS_KEY: secret('aws-environment'),
          AZURE_CLIENT_SECRET: secret('azure-environment'),
        },
        prepare: (folder) => {
          mkdirSync(join(folder, 'config'))
          writeFileSync(join(folder, FILE), JSON.stringify(fileIn(folder)))
        },
      })
      return { acme, gate, file: fileIn(gate.path('.')) }
    },
  }
}
