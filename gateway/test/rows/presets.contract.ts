/** What every provider type must do, over real HTTP before the simulator: chat, stream, list, be probed, close (row K01). */

import { describe, expect, test } from 'vitest'
import type { GatewayConfig, ProviderConfig } from '#config'
import { DIALECTS } from '#dialects'
import type { Preset } from '#providers'
import { arrayOf, isObject, type JsonObject, parseJson } from '#core'
import { houses } from '../house.ts'
import { textAnswer } from './row.ts'

/** What a type needs besides a key to be usable. */
const NEEDS: Readonly<Record<string, Partial<ProviderConfig>>> = { vertex: { vertex: { project: 'proj' } } }

export const KEY = 'canary-key-5f1d3a77'

/** The packaged path, with the simulator for its host. */
export function besideSimulator(
  preset: Preset,
  scriptUrl: string,
): Partial<ProviderConfig> & { name: string } {
  const path = preset.baseUrl === undefined ? '' : new URL(preset.baseUrl).pathname.replace(/\/$/, '')
  return { name: 'p', type: preset.name, apiKeys: [KEY], baseUrl: scriptUrl + path, ...NEEDS[preset.name] }
}

export function isSpoken(preset: Preset): boolean {
  return preset.dialect in DIALECTS
}

/** `module`: path of the plugin that brings it; absent for what is built in. */
export function presetContract(preset: Preset, module?: string): void {
  const house = houses()
  describe.skipIf(!isSpoken(preset))(`${preset.name} (its dialect must be built)`, () => {
    test(`K01 ${preset.name} chats, streams, lists its models, is probed and closes`, async () => {
      const simulator = await house.simulator()
      const script = `contract-${preset.name}`
      const provider = besideSimulator(preset, simulator.script(script, textAnswer('The same for all.')))
      const gateway = await house.open({ providers: [provider], config: withModule(module) })
      const model = preset.defaultModel ?? 'm'
      const chat = async (stream: boolean) => {
        const body = JSON.stringify({ model, stream, messages: [{ role: 'user', content: 'Hi' }] })
        return (await fetch(`${gateway.url}/v1/chat/completions`, { method: 'POST', body })).text()
      }
      expect(JSON.parse(await chat(false))).toMatchObject({
        choices: [{ message: { content: 'The same for all.' }, finish_reason: 'stop' }],
      })
      const streamed = await chat(true)
      expect(streamed).toContain('[DONE]')
      expect(streamed.match(/"content":"[^"]/g)?.length).toBeGreaterThan(1)
      const get = async (path: string): Promise<JsonObject> => {
        const json = parseJson(await (await fetch(gateway.url + path)).text())
        return isObject(json) ? json : {}
      }
      expect(arrayOf((await get('/v1/models'))['data'])?.length).toBeGreaterThan(0)
      const health = async () => (await get('/health'))['providers']
      await expect.poll(health).toMatchObject({ p: { status: 'healthy' } })
      const asked = simulator.requestsTo(script)
      expect(asked.length).toBeGreaterThan(2)
      for (const { path } of asked) expect(path).not.toContain(KEY)
      await gateway.close()
      await expect.poll(() => simulator.connections().open).toBe(0)
    })
  })
}

function withModule(module: string | undefined): Pick<GatewayConfig, 'plugins'> {
  if (module === undefined) return {}
  return { plugins: { modules: [{ module, where: 'the contract' }], middleware: [], hookTimeoutMs: 0 } }
}
