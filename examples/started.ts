/** What the tests of the examples share: a gateway started from one of them, its providers played by the simulator. */

import { copyFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach } from 'vitest'
import { loadConfig, type LoadedConfig } from '../gateway/src/config/index.ts'
import type { Random } from '../gateway/src/core/index.ts'
import { startGateway } from '../gateway/src/main.ts'
import { PRESET_FACTS } from '../gateway/src/providers/index.ts'
import { type Script, startSimulator } from '../gateway/src/simulator/index.ts'

const FOLDER = import.meta.dirname

/** Stands for every variable that an example names. */
export const KEY = 'sk-example-0123456789'

export const DOWN: Script = { kind: 'status', status: 503, headers: { 'retry-after': '60' } }

/** As its first lines say it is used: variables as `.env` of a folder, files with `--config`. */
export function loaded(file: string, more: Readonly<Record<string, string>> = {}): LoadedConfig {
  const named = readFileSync(join(FOLDER, file), 'utf8').matchAll(/\$\{(\w+)\}/g)
  const env = { ...Object.fromEntries([...named].map(([, variable]) => [variable, KEY])), ...more }
  if (!file.endsWith('.env')) {
    return loadConfig({ env, cwd: FOLDER, flags: { config: file }, presets: PRESET_FACTS })
  }
  const cwd = mkdtempSync(join(tmpdir(), 'sluice-example-'))
  try {
    copyFileSync(join(FOLDER, file), join(cwd, '.env'))
    return loadConfig({ env, cwd, flags: {}, presets: PRESET_FACTS })
  } finally {
    rmSync(cwd, { recursive: true })
  }
}

/** Once per test file. */
export function examples() {
  const simulator = startSimulator()
  const closing: (() => Promise<void>)[] = []
  let count = 0

  afterEach(async () => {
    await Promise.all(closing.splice(0).map((close) => close()))
  })
  afterAll(async () => {
    await (await simulator).close()
  })

  /** Providers that `scripts` does not name answer with their own names. */
  return async function start(
    config: LoadedConfig,
    scripts: Readonly<Record<string, Script>> = {},
    random: Random = Math.random,
  ) {
    const upstream = await simulator
    const place = `${++count}`
    const providers = config.providers.map((provider) => {
      const { name } = provider
      return {
        ...provider,
        baseUrl: upstream.script(
          `${place}-${name}`,
          scripts[name] ?? { kind: 'answer', text: `This is ${name}.` },
        ),
      }
    })
    // No probe asks anybody by itself, so that every call in a test is the test's own.
    const quiet = { ...config, providers, probeMs: 0, logLevel: 'silent' as const }
    const gateway = await startGateway({
      config: { ...quiet, server: { ...config.server, port: 0 } },
      random,
    })
    closing.push(() => gateway.close())
    return {
      url: gateway.url,
      post: async (path: string, body: object, headers: Readonly<Record<string, string>> = {}) => {
        const response = await fetch(gateway.url + path, {
          method: 'POST',
          headers: { 'content-type': 'application/json', ...headers },
          body: JSON.stringify(body),
        })
        return { status: response.status, headers: response.headers, text: await response.text() }
      },
      /** Requests for an answer that reached this provider. */
      calls: (name: string) =>
        upstream
          .requestsTo(`${place}-${name}`)
          .filter(({ method, path }) => method === 'POST' && !path.endsWith('/show'))
          .map(({ path, headers, body }) => ({
            path: path.replace(`/script/${place}-${name}`, ''),
            headers,
            model: String(JSON.parse(body).model ?? ''),
          })),
    }
  }
}

export const asking = (model: string, more: object = {}) => ({
  model,
  messages: [{ role: 'user', content: 'Hi' }],
  ...more,
})
