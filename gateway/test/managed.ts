/** A gateway started as `sluice start` starts it, from variables and files in a folder of its own that stays: for what can be managed. */

import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach } from 'vitest'
import { configOf, type LoadOptions, readSources } from '#config'
import { isObject, type JsonObject, parseJson } from '#core'
import { startGateway } from '#main'
import { PRESET_FACTS } from '#providers'
import type { Script } from '#simulator'
import { houses } from './house.ts'
import { PRODUCES, textAnswer } from './rows/row.ts'

export interface Managed {
  readonly env?: Readonly<Record<string, string>>
  /** Text by file name. */
  readonly files?: Readonly<Record<string, string>>
  /** Something more to be done in the folder before the start. */
  readonly prepare?: (folder: string) => void
}

interface Reply {
  readonly status: number
  readonly headers: Headers
  readonly text: string
  readonly json: JsonObject
}

/** Once per test file. */
export function managed() {
  const house = houses()
  const closing: (() => Promise<unknown>)[] = []
  let count = 0

  afterEach(async () => {
    await Promise.all(closing.splice(0).map((close) => close()))
  })

  /** A scripted provider at an address of its own. */
  async function upstream(script: Script = textAnswer('Hello.')) {
    const simulator = await house.simulator()
    const name = `managed-${++count}`
    const url = simulator.script(name, script)
    const everything = () => simulator.requestsTo(name)
    return { url, simulator, everything, calls: () => everything().filter(({ path }) => PRODUCES.test(path)) }
  }

  async function start({ env = {}, files = {}, prepare }: Managed = {}) {
    const cwd = mkdtempSync(join(tmpdir(), 'sluice-managed-'))
    const log = join(cwd, 'log')
    const write = (name: string, text: string): void => {
      mkdirSync(dirname(join(cwd, name)), { recursive: true })
      writeFileSync(join(cwd, name), text)
    }
    for (const [name, text] of Object.entries(files)) write(name, text)
    prepare?.(cwd)
    // No probe asks anybody by itself, so that every call in a test is the test's own.
    const options: LoadOptions = {
      env: { PORT: '0', HEALTH_CHECK_INTERVAL: '0', ...env },
      cwd,
      presets: PRESET_FACTS,
    }
    const read = readSources(options)
    const sources = { options, read, again: () => Promise.resolve(options) }
    const gateway = await startGateway({ config: configOf(read, options), sources, logTo: log })
    const close = once(() => gateway.close())
    closing.push(async () => {
      await close()
      rmSync(cwd, { recursive: true })
    })
    const ask = async (
      method: string,
      path: string,
      body?: object | string,
      headers: Readonly<Record<string, string>> = {},
    ): Promise<Reply> => {
      const sent = typeof body === 'string' ? body : JSON.stringify(body)
      const response = await fetch(gateway.url + path, {
        method,
        headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
        ...(sent === undefined ? {} : { body: sent }),
      })
      const text = await response.text()
      const json = parseJson(text)
      return { status: response.status, headers: response.headers, text, json: isObject(json) ? json : {} }
    }
    return {
      gateway,
      url: gateway.url,
      ask,
      write,
      close,
      path: (name: string) => join(cwd, name),
      text: (name: string) => readFileSync(join(cwd, name), 'utf8'),
      /** Closes the gateway first: what it has to say is then written. */
      logged: async () => {
        await close()
        return readFileSync(log, 'utf8')
      },
      register: (name: string, base_url: string, more: object = {}) =>
        ask('POST', '/api/providers/register', {
          provider_type: 'custom',
          name,
          base_url,
          api_key: `key-of-${name}`,
          ...more,
        }),
      chat: (model: string, more: object = {}) =>
        ask('POST', '/v1/chat/completions', {
          model,
          messages: [{ role: 'user', content: 'Hi' }],
          ...more,
        }),
    }
  }

  return { upstream, start }
}

function once(work: () => Promise<void>): () => Promise<void> {
  let done: Promise<void> | undefined
  return () => (done ??= work())
}

export type ManagedGateway = Awaited<ReturnType<ReturnType<typeof managed>['start']>>
