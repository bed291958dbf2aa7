/**
 * The source documents' own configurations at work: a gateway starts from each block and answers, its providers played by the simulator.
 * Whether the blocks mean what they say is told in source-configurations.test.ts.
 */

import { describe, expect, test } from 'vitest'
import { managed } from '../managed.ts'
import { blocksOf, type DocumentBlock, HAS_DOCUMENTS, NO_DOCUMENTS, purposeOf } from '../source-documents.ts'

const { upstream, start } = managed()

const DOCUMENTS = ['000', '001', '002', '003', '004']
const blocks = DOCUMENTS.flatMap((document) => blocksOf(document).map((block) => ({ document, ...block })))

/** Lines of a block that set variables, in any of the shells' ways. */
function variablesOf(text: string): Record<string, string> {
  return Object.fromEntries(
    [...text.matchAll(/^\s*(?:export )?([A-Z_]+)=(?:"([^"]*)"|(\S+))/gm)].map(
      ([, name = '', quoted, plain]) => [name, quoted ?? plain ?? ''],
    ),
  )
}

/** The providers of a block stand at the simulator; a block that names none gets one. */
async function asEnvironment(text: string) {
  const said = variablesOf(text)
  const names = new Set(
    Object.keys(said).flatMap((name) => /^(.+)_(?:API_KEY|ACCESS_KEY|BASE_URL)$/.exec(name)?.[1] ?? []),
  )
  const named = names.size > 0 ? [...names] : ['OPENAI']
  const urls: [string, string][] = []
  for (const name of named) urls.push([`${name}_BASE_URL`, (await upstream()).url])
  const key = names.size > 0 ? {} : { OPENAI_API_KEY: 'k' }
  // Their port and address are of their own machine.
  return { ...said, ...key, ...Object.fromEntries(urls), HOST: '127.0.0.1', PORT: '0' }
}

/** The same for JSON: what is not a whole file stands in one. */
async function asFile(text: string) {
  const { url } = await upstream()
  const entry = '{ "name": "a", "api_key": "k", "base_url": "http://a.example", "models": { "big": ["m"] } }'
  const inner = text.trim().slice(1, -1)
  const whole = text.includes('"providers"')
    ? text
    : text.includes('"api_key"')
      ? `{ "providers": [{ "name": "a", "models": { "big": ["m"] }, ${inner} }] }`
      : `{ "providers": [${entry}], ${inner} }`
  const named = [...text.matchAll(/\$\{(\w+)\}/g)].map(([, name = '']): [string, string] => [
    name,
    name.endsWith('BASE_URL') ? url : 'a-key',
  ])
  const here = whole.replaceAll(/("base_url": )"(?:http[^"]+|\$\{\w+\})"/g, `$1"${url}"`)
  return { env: Object.fromEntries(named), files: { 'config/providers.json': here } }
}

const of = (purpose: string): [string, DocumentBlock][] =>
  blocks
    .filter((block) => purposeOf(block) === purpose)
    .map((block) => [`${block.document}: ${block.heading} (${block.kind})`, block])

describe.skipIf(!HAS_DOCUMENTS)(
  `every configuration of the documents starts (skipped where ${NO_DOCUMENTS})`,
  () => {
    test('each piece of code is known for what it is', () => {
      const purposes = Map.groupBy(blocks, purposeOf)
      expect(purposes.get(undefined) ?? []).toEqual([])
      expect(Object.fromEntries([...purposes].map(([purpose, all]) => [purpose, all.length]))).toEqual({
        drawing: 22,
        variables: 11,
        file: 11,
        requests: 6,
        answer: 1,
        'printed by their program': 1,
        'their own commands': 3,
      })
    })

    test.each(of('variables'))('%s', async (_, { text }) => {
      const gate = await start({ env: await asEnvironment(text) })
      const answer = await gate.chat('gpt-4o')
      expect([answer.status, answer.text]).toEqual([200, expect.stringContaining('Hello.')])
    })

    test.each(of('file'))('%s', async (_, { text }) => {
      const gate = await start(await asFile(text))
      const answer = await gate.ask('POST', '/v1/messages', {
        model: 'claude-3-opus-20240229',
        max_tokens: 50,
        messages: [{ role: 'user', content: 'Hi' }],
      })
      expect([answer.status, answer.text]).toEqual([200, expect.stringContaining('Hello.')])
    })
  },
)

test('a retyped .env of the third document, and a retyped file of the fourth', async () => {
  const [ours, other] = [await upstream(), await upstream()]
  const third = `ENVIRONMENT=production
ROUTING_STRATEGY=capability_based  # or round_robin
FALLBACK_STRATEGY=next_available
HEALTH_CHECK_INTERVAL=60
OPENAI_ENABLED=true
OPENAI_API_KEY=a-key
OPENAI_BASE_URL=${ours.url}
OPENAI_TIMEOUT=300
OPENAI_PRIORITY=2
ANTHROPIC_ENABLED=false
ANTHROPIC_API_KEY=another
MAX_QUEUE_SIZE=10
`
  expect((await (await start({ files: { '.env': third } })).chat('gpt-5')).status).toBe(200)
  const fourth = {
    providers: [
      { name: 'one', priority: 2, api_key: '${ONE_KEY}', base_url: ours.url, models: { big: ['b1'] } },
      { name: 'two', priority: 1, api_key: 'k', base_url: other.url, models: { big: ['b2'] } },
    ],
    fallback_strategy: 'priority',
    circuit_breaker: { failure_threshold: 3, recovery_timeout: 120 },
  }
  const gate = await start({
    env: { ONE_KEY: 'a-key' },
    files: { 'config/providers.json': JSON.stringify(fourth) },
  })
  await gate.chat('claude-3-opus-20240229')
  expect([ours.calls().length, other.calls().length]).toEqual([1, 1])
  expect(JSON.parse(other.calls()[0]?.body ?? '{}')).toMatchObject({ model: 'b2' })
})
