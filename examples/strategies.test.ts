/** Each strategy has its example, and a gateway starts from it and puts it to work. */

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { loadConfig } from '../gateway/src/config/index.ts'
import { STRATEGY_NAMES } from '../gateway/src/core/index.ts'
import { startGateway } from '../gateway/src/main.ts'
import { PRESET_FACTS } from '../gateway/src/providers/index.ts'
import { startSimulator } from '../gateway/src/simulator/index.ts'

const simulator = startSimulator()
afterAll(async () => {
  await (await simulator).close()
})

test.each(STRATEGY_NAMES)('%s starts and answers', async (strategy) => {
  const file = `strategy-${strategy.replaceAll('_', '-')}.toml`
  const named = readFileSync(join(import.meta.dirname, file), 'utf8').matchAll(/\$\{(\w+)\}/g)
  const env = Object.fromEntries([...named].map(([, variable]) => [variable, 'sk-example-0123456789']))
  const config = loadConfig({ env, cwd: import.meta.dirname, flags: { config: file }, presets: PRESET_FACTS })
  const { url } = await simulator
  const providers = config.providers.map((provider) => ({ ...provider, baseUrl: `${url}/v1` }))
  const server = { ...config.server, port: 0 }
  const gateway = await startGateway({ config: { ...config, providers, server, logLevel: 'silent' } })
  try {
    const response = await fetch(`${gateway.url}/v1/chat/completions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ model: 'deepseek-chat', messages: [{ role: 'user', content: 'Hi' }] }),
    })
    expect(response.status).toBe(200)
    expect(response.headers.get('x-routing-reason')).toBe(`strategy; strategy=${strategy}`)
  } finally {
    await gateway.close()
  }
})
