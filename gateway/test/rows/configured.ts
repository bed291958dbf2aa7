/** A gateway as variables and files alone make it, before scripted providers. */

import { afterEach } from 'vitest'
import { type Gateway, startGateway } from '#main'
import type { Script } from '#simulator'
import { houses } from '../house.ts'
import { configuredBy } from './by-environment.ts'
import { PRODUCES, textAnswer } from './row.ts'

/** Once per test file. */
export function configured() {
  const house = houses()
  const gateways: Gateway[] = []
  let count = 0

  afterEach(async () => {
    await Promise.all(gateways.splice(0).map((gateway) => gateway.close()))
  })

  /** A scripted provider at an address of its own. */
  async function upstream(script: Script = textAnswer('Hello.')) {
    const simulator = await house.simulator()
    const name = `configured-${++count}`
    const url = simulator.script(name, script)
    const calls = () => simulator.requestsTo(name).filter(({ path }) => PRODUCES.test(path))
    return {
      url,
      calls,
      paths: () => calls().map(({ path }) => path.replace(`/script/${name}`, '')),
      bodies: () => calls().map(({ body }): unknown => JSON.parse(body)),
      models: () => calls().map(({ body }) => String(JSON.parse(body).model)),
      last: () => calls().at(-1)?.headers ?? {},
    }
  }

  async function started(
    env: Readonly<Record<string, string>>,
    files: Readonly<Record<string, string>> = {},
    logTo?: string,
  ) {
    const config = configuredBy(
      { PORT: '0', LOG_LEVEL: logTo === undefined ? 'silent' : 'info', ...env },
      files,
    )
    const gateway = await startGateway({ config, ...(logTo === undefined ? {} : { logTo }) })
    gateways.push(gateway)
    const post = (path: string, body: object, headers: Record<string, string> = {}) =>
      fetch(gateway.url + path, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify(body),
      })
    const messages = [{ role: 'user', content: 'Hi' }]
    return {
      url: gateway.url,
      close: () => gateway.close(),
      post,
      chat: async (model: string, more: object = {}) => {
        const answer = await post('/v1/chat/completions', { model, messages, ...more })
        await answer.text()
        return answer
      },
      message: async (model: string, headers: Record<string, string> = {}) => {
        const answer = await post('/v1/messages', { model, max_tokens: 500, messages }, headers)
        await answer.text()
        return answer.status
      },
    }
  }

  return { upstream, started }
}
