import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import { afterEach, expect, test } from 'vitest'
import { effectiveDefault, loadConfig } from '#config'
import { type Given, withSources } from '../../test/load-in.ts'
import { withLocalOllama } from './local-ollama.ts'

const open: Server[] = []

afterEach(() => {
  for (const server of open.splice(0)) server.close().closeAllConnections()
})

/** Something that listens; where it has a version it might be Ollama. */
async function listener(body: string) {
  const asked: string[] = []
  const server = createServer((request, response) => {
    asked.push(request.url ?? '')
    response.setHeader('content-type', 'application/json').end(body)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  open.push(server)
  const address = server.address()
  return { host: `127.0.0.1:${typeof address === 'object' ? address?.port : ''}`, asked }
}

function started(given: Given) {
  return withSources(given, async (options) => loadConfig(await withLocalOllama(options)))
}

test('D15 R26 nothing configured and Ollama answers: it is the provider, and the default', async () => {
  const { host } = await listener('{"version":"0.9.0"}')
  const config = await started({ env: { OLLAMA_HOST: host } })
  expect(config.providers).toMatchObject([
    { name: 'ollama', type: 'ollama', baseUrl: `http://${host}`, defaultModel: 'llama3.2:3b' },
  ])
  expect(effectiveDefault(config)?.name).toBe('ollama')
})

test('R26 whatever else answers is no Ollama', async () => {
  for (const body of ['[]', 'hello', '{}']) {
    const { host, asked } = await listener(body)
    expect((await started({ env: { OLLAMA_HOST: host } })).providers).toEqual([])
    expect(asked).toHaveLength(1)
  }
})

test('R26 nobody is looked for where a provider is configured, or it is forbidden', async () => {
  const { host, asked } = await listener('{"version":"0.9.0"}')
  const configured = await started({ env: { OLLAMA_HOST: host, OPENAI_API_KEY: 'k' } })
  const forbidden = await started({ env: { OLLAMA_HOST: host, IMPLICIT_OLLAMA: 'false' } })
  expect(configured.providers.map(({ name }) => name)).toEqual(['openai'])
  expect(forbidden.providers).toEqual([])
  expect(asked).toEqual([])
})
