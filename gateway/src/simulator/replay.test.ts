import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { corpus, corpusResponse, NO_CORPUS } from '../../test/corpus.ts'
import { askRaw } from '../../test/raw-answer.ts'
import { startSimulator, type Simulator } from './index.ts'

const SSE = 'data: {"text":"Grüße, 世界 🦆"}\n\n: a comment\r\n\r\ndata: [DONE]\n\n'
const NDJSON = '{"response":"é"}\n{"done":true}\n'
const JSON_BODY = '{ "spacing" :  "kept",\n "number": 1.0 }\n'

let root: string
let simulator: Simulator

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'sluice-replay-'))
  await mkdir(join(root, 'own'))
  const entries = [
    { id: 'sse', api: 'chat', status: 200, streaming: true, format: 'sse', response: 'sse.txt' },
    { id: 'lines', api: 'api-chat', status: 200, streaming: true, format: 'ndjson', response: 'lines.txt' },
    {
      id: 'fails',
      api: 'chat',
      status: 429,
      streaming: false,
      format: 'json',
      response: 'json.txt',
      response_headers: { 'content-type': 'application/problem+json' },
    },
    {
      id: 'events',
      api: 'messages',
      status: 200,
      streaming: true,
      format: 'chunks',
      response: 'events.jsonl',
    },
    { id: 'chunks', api: 'chat', status: 200, streaming: true, format: 'chunks', response: 'chunks.jsonl' },
    {
      id: 'binary',
      api: 'converse',
      status: 200,
      streaming: true,
      format: 'eventstream',
      response: 'bytes.b64',
    },
  ]
  await writeFile(join(root, 'own', 'index.json'), JSON.stringify({ entries }))
  await writeFile(join(root, 'own', 'sse.txt'), SSE)
  await writeFile(join(root, 'own', 'lines.txt'), NDJSON)
  await writeFile(join(root, 'own', 'json.txt'), JSON_BODY)
  await writeFile(join(root, 'own', 'events.jsonl'), '{"type":"ping"}\n{"type":"message_stop"}\n')
  await writeFile(join(root, 'own', 'chunks.jsonl'), '{"id":"a"}\n{"id":"b"}\n')
  await writeFile(join(root, 'own', 'bytes.b64'), Buffer.from([0, 255, 128, 10]).toString('base64'))
  simulator = await startSimulator({ fixtures: root })
})

afterAll(async () => {
  await simulator.close()
  await rm(root, { recursive: true })
})

describe('replay voice', () => {
  test('gives recorded bytes, status and content type, whatever path is asked', async () => {
    const answer = await askRaw(`${simulator.replayUrl('own', 'fails')}/v1/chat/completions`, { body: {} })
    expect([answer.status, answer.headers['content-type']]).toEqual([429, 'application/problem+json'])
    expect(answer.body.toString()).toBe(JSON_BODY)
    const other = await askRaw(`${simulator.replayUrl('own', 'lines')}/anything`)
    expect([other.headers['content-type'], other.body.toString()]).toEqual(['application/x-ndjson', NDJSON])
  })

  test('is equal to the file however small the pieces', async () => {
    const length = Buffer.byteLength(SSE)
    for (const split of [1, 2, 3, 7, 64, length, length + 1]) {
      const answer = await askRaw(`${simulator.replayUrl('own', 'sse', { split })}/v1/chat/completions`, {
        body: {},
      })
      expect(answer.body.toString()).toBe(SSE)
    }
  })

  test('really cuts: a one-byte split arrives in many reads, some inside a character', async () => {
    const answer = await askRaw(`${simulator.replayUrl('own', 'sse', { split: 1 })}/x`)
    expect(answer.pieces.length).toBeGreaterThan(10)
    expect(answer.pieces.some((piece) => piece.toString().includes('\ufffd'))).toBe(true)
  })

  test('a seed cuts too and loses nothing', async () => {
    for (let seed = 0; seed < 20; seed++) {
      const answer = await askRaw(`${simulator.replayUrl('own', 'sse', { seed })}/x`)
      expect(answer.body.toString()).toBe(SSE)
    }
  })

  test('stored payloads get the framing of their API back', async () => {
    const anthropic = await askRaw(`${simulator.replayUrl('own', 'events')}/v1/messages`, { body: {} })
    expect(anthropic.headers['content-type']).toBe('text/event-stream')
    expect(anthropic.body.toString()).toBe(
      'event: ping\ndata: {"type":"ping"}\n\nevent: message_stop\ndata: {"type":"message_stop"}\n\n',
    )
    const openai = await askRaw(`${simulator.replayUrl('own', 'chunks')}/chat/completions`, { body: {} })
    expect(openai.body.toString()).toBe('data: {"id":"a"}\n\ndata: {"id":"b"}\n\ndata: [DONE]\n\n')
  })

  test('binary recordings are decoded', async () => {
    const answer = await askRaw(
      `${simulator.replayUrl('own', 'binary', { split: 1 })}/model/x/converse-stream`,
    )
    expect([...answer.body]).toEqual([0, 255, 128, 10])
  })

  test('an unknown recording, folder or a way out of the folder is a plain 404', async () => {
    for (const path of ['own/none', 'none/sse', '..%2Fown/sse', '%2e%2e/sse', '']) {
      const answer = await askRaw(`${simulator.url}/replay/${path}`)
      expect([path, answer.status]).toEqual([path, 404])
      expect(answer.body.toString()).toContain('nothing at')
    }
  })
})

const FOLDERS = [
  ['openai-chat', 'sse'],
  ['anthropic', 'sse'],
  ['ollama', 'ndjson'],
  ['gemini', 'json'],
] as const

describe.skipIf(corpus('openai-chat') === undefined)(
  `replay of recorded traffic (skipped when ${NO_CORPUS})`,
  () => {
    test.each(FOLDERS)('a sample of %s %s comes out as stored', async (folder, format) => {
      await using recorded = await startSimulator({
        fixtures: fileURLToPath(new URL('../../../../shared/fixtures', import.meta.url)),
      })
      const entries = (corpus(folder) ?? []).filter((entry) => entry.format === format)
      expect(entries.length).toBeGreaterThan(0)
      for (const entry of entries.slice(0, 5)) {
        for (const split of [{}, { split: 1000 }, { seed: 7 }]) {
          const answer = await askRaw(`${recorded.replayUrl(folder, entry.id, split)}/v1/x`, { body: {} })
          expect([answer.status, answer.body.toString()]).toEqual([entry.status, corpusResponse(entry)])
        }
      }
    })
  },
)
