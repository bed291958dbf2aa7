/** Somebody moves in: their configuration is imported, written, loaded and run, with the simulator in the place of every provider. */

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { loadConfig, type LoadedConfig } from '#config'
import {
  importSettings,
  type ImportResult,
  readSource,
  type WrittenFormat,
  writtenSettings,
} from '#importers'
import { isObject, parseJson } from '#core'
import { type Gateway, startGateway } from '#main'
import { PRESET_FACTS } from '#providers'
import { type RecordedRequest, type Simulator, startSimulator } from '#simulator'
import { afterAll, afterEach } from 'vitest'
import { PRODUCES, textAnswer } from '../rows/row.ts'
import { seeded } from '../seeded.ts'

export interface Belongings {
  /** Texts by file name. Without `path` the folder is imported. */
  readonly files: Readonly<Record<string, string>>
  readonly path?: string
  /** The file of the clients' keys, where there is one. */
  readonly keys?: string
  /** Epoch milliseconds. */
  readonly now?: number
  readonly from?: string
  readonly format?: WrittenFormat
  readonly env?: Readonly<Record<string, string>>
}

export interface Moved {
  readonly result: ImportResult
  readonly config: LoadedConfig
}

/** Imports, writes and loads; nothing runs. */
export function moved({ files, path = '', keys, now, from, format = 'toml', env = {} }: Belongings): Moved {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-import-'))
  try {
    const [old, fresh] = [join(folder, 'old'), join(folder, 'new')]
    mkdirSync(fresh)
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(dirname(join(old, name)), { recursive: true })
      writeFileSync(join(old, name), text)
    }
    const source = readSource(join(old, path), keys === undefined ? undefined : join(old, keys))
    const result = importSettings(source, PRESET_FACTS, from, now)
    writeFileSync(join(fresh, `sluice.${format}`), writtenSettings(result.settings, format))
    return { result, config: loadConfig({ env, cwd: fresh, presets: PRESET_FACTS }) }
  } finally {
    rmSync(folder, { recursive: true })
  }
}

export interface Answered {
  readonly status: number
  readonly provider: string | null
  /** What the provider was asked for. */
  readonly model: unknown
}

export interface Owner extends Moved {
  ask(model: string, headers?: Readonly<Record<string, string>>): Promise<Answered>
  /** How often each provider answered. */
  tally(model: string, times: number): Promise<Readonly<Record<string, number>>>
  /** These answer 503 from now on. */
  down(...providers: readonly string[]): void
  calls(provider: string): readonly RecordedRequest[]
}

let opened = 0

/** Once per test file. */
export function owners(): (belongings: Belongings) => Promise<Owner> {
  const gateways: Gateway[] = []
  let simulator: Promise<Simulator> | undefined
  afterEach(async () => {
    await Promise.all(gateways.splice(0).map((gateway) => gateway.close()))
  })
  afterAll(async () => {
    await (await simulator)?.close()
  })
  return async (belongings) => {
    simulator ??= startSimulator()
    const stage = await simulator
    const { result, config } = moved(belongings)
    const broken = new Set<string>()
    const number = ++opened
    const voice = (name: string) => `${name}-${number}`
    const redirected = config.providers.map((provider) => ({
      ...provider,
      // How often one is asked again is no matter of where requests go.
      maxRetries: 0,
      baseUrl: stage.script(voice(provider.name), () =>
        broken.has(provider.name) ? { kind: 'status', status: 503 } : textAnswer(),
      ),
    }))
    const gateway = await startGateway({
      config: {
        ...config,
        providers: redirected,
        server: { ...config.server, host: '127.0.0.1', port: 0 },
        logLevel: 'silent',
      },
      random: seeded(7),
    })
    gateways.push(gateway)
    const calls = (provider: string) =>
      stage.requestsTo(voice(provider)).filter(({ path }) => PRODUCES.test(path))
    const ask = async (model: string, headers: Readonly<Record<string, string>> = {}): Promise<Answered> => {
      const response = await fetch(`${gateway.url}/v1/chat/completions`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify({ model, messages: [{ role: 'user', content: 'Hi' }] }),
      })
      await response.text()
      const provider = response.headers.get('x-provider')
      return { status: response.status, provider, model: askedFor(calls(provider ?? '').at(-1)) }
    }
    return {
      result,
      config,
      ask,
      calls,
      async tally(model, times) {
        const counts: Record<string, number> = {}
        for (let i = 0; i < times; i++) {
          const { provider } = await ask(model)
          counts[provider ?? 'none'] = (counts[provider ?? 'none'] ?? 0) + 1
        }
        return counts
      },
      down(...providers) {
        for (const name of providers) broken.add(name)
      },
    }
  }
}

/** In the body, or with some providers in the path. */
function askedFor(request: RecordedRequest | undefined): unknown {
  const body = parseJson(request?.body ?? '')
  const inBody = isObject(body) ? body['model'] : undefined
  const inPath = /\/(?:deployments|models|model)\/([^/:?]+)/.exec(request?.path ?? '')?.[1]
  return inPath === undefined ? inBody : decodeURIComponent(inPath)
}
