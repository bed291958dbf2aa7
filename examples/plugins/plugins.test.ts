/** The plugins shipped here do what they are there for. */

import { globSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { loadConfig, modulesNamed } from '../../gateway/src/config/index.ts'
import { startGateway } from '../../gateway/src/main.ts'
import { typesOf } from '../../gateway/src/plugins/index.ts'
import { PRESET_FACTS } from '../../gateway/src/providers/index.ts'
import { startSimulator } from '../../gateway/src/simulator/index.ts'
import { presetContract } from '../../gateway/test/rows/presets.contract.ts'

const FOLDER = import.meta.dirname
const ACME = join(FOLDER, 'acme.mjs')

const simulator = startSimulator()
afterAll(async () => {
  await (await simulator).close()
})

/** As `sluice start` does, from a folder above: paths are meant from the file. */
async function loaded(file: string) {
  const options = { env: { ACME_KEY: 'k' }, cwd: join(FOLDER, '..'), flags: { config: `plugins/${file}` } }
  const types = await typesOf(modulesNamed({ ...options, presets: PRESET_FACTS }))
  return loadConfig({ ...options, presets: [...PRESET_FACTS, ...types] })
}

for (const type of await typesOf([{ module: ACME, where: 'the example' }])) presetContract(type, ACME)

test.each(globSync('*.toml', { cwd: FOLDER }).toSorted())('%s starts and answers', async (file) => {
  const config = await loaded(file)
  expect(config.warnings).toEqual([])
  const baseUrl = (await simulator).script(file, { kind: 'answer', text: 'Hey you' })
  const providers = config.providers.map((provider) => ({ ...provider, baseUrl: `${baseUrl}/v1` }))
  const server = { ...config.server, port: 0 }
  const gateway = await startGateway({ config: { ...config, providers, server, logLevel: 'silent' } })
  try {
    const response = await fetch(`${gateway.url}/v1/chat/completions`, {
      method: 'POST',
      body: JSON.stringify({ model: 'acme-large', messages: [{ role: 'user', content: 'Hi' }] }),
    })
    expect(response.status).toBe(200)
    const isPolite = file === 'polite.toml'
    expect(await response.text()).toContain(isPolite ? 'Good day you' : 'Hey you')
    expect(response.headers.get('x-polite')).toBe(isPolite ? 'yes, says acme' : null)
    const [asked] = (await simulator).requestsTo(file).filter(({ method }) => method === 'POST')
    expect(asked?.body.includes('Speak like a diplomat.')).toBe(isPolite)
    expect(asked?.headers['x-team']).toBe(isPolite ? 'blue' : undefined)
  } finally {
    await gateway.close()
  }
})
