/** Row B19 where the upstream takes fewer texts in a request than the client has. */

import { describe, expect, test } from 'vitest'
import type { ScriptedAnswer } from '#simulator'
import { jsonAnswer, rows } from './row.ts'

const open = rows()
const VERTEX = { type: 'vertex', apiKeys: ['ya29.token'], vertex: { project: 'p', location: 'europe-west1' } }

/** A vector that tells which text it is of, and two tokens for each. */
const oneOf = (text: string, values = [text.length, 1, 2, 3]): ScriptedAnswer =>
  jsonAnswer({
    embedding: { values },
    usageMetadata: { promptTokenCount: 2 },
    predictions: [{ embeddings: { values, statistics: { token_count: 2 } } }],
  })

const textOf = (body: string): string => /"(?:text|content)":"([^"]*)"/.exec(body)?.[1] ?? ''

function picky({ body }: { readonly body: string }): ScriptedAnswer {
  const text = textOf(body)
  return text === 'xxx' ? jsonAnswer({ error: { code: 400, message: 'Too odd.' } }, 400) : oneOf(text)
}

function predicted({ body }: { readonly body: string }): ScriptedAnswer {
  const asked = body.split('"content"').slice(1)
  return jsonAnswer({ predictions: asked.map(() => ({ embeddings: { values: [1, 2, 3, 4] } })) })
}

const MANY = Array.from({ length: 20 }, (_, at) => 'x'.repeat(at + 1))

describe.each(['gemini-embedding-2', 'gemini-embedding-001'])(
  'B19 %s on Vertex, one text at a time',
  (model) => {
    test('B19 several texts are asked for one by one and come back as one list, in their order', async () => {
      const row = await open({ gg: ({ body }) => oneOf(textOf(body)) }, { providers: { gg: VERTEX } })
      const list = await row.openai.embeddings.create({ model, input: MANY })
      expect(list.data.map(({ embedding, index }) => [embedding[0], index])).toEqual(
        MANY.map(({ length }, at) => [length, at]),
      )
      expect(list.usage).toEqual({ prompt_tokens: 40, total_tokens: 40 })
      expect(row.calls('gg')).toHaveLength(20)
      const { embeddings } = await row.ollama.embed({ model, input: ['xx', 'x'] })
      // Of length one.
      expect(embeddings.map(([first = 0, second = 1]) => Math.round(first / second))).toEqual([2, 1])
      const requests = ['x', 'xx'].map((text) => ({
        model: `models/${model}`,
        content: { parts: [{ text }] },
        title: `T${text.length}`,
      }))
      const { json } = await row.post(`/v1beta/models/${model}:batchEmbedContents`, { requests })
      expect(json).toMatchObject({ embeddings: [{ values: [1, 1, 2, 3] }, { values: [2, 1, 2, 3] }] })
      const sent = row.calls('gg').slice(-2)
      for (const { body } of sent) expect(body).toContain(`"title":"T${textOf(body).length}"`)
    })

    test('B19 a limit on calls at the same time holds for them too', async () => {
      let under = 0
      let most = 0
      const script = async ({ body }: { body: string }): Promise<ScriptedAnswer> => {
        most = Math.max(most, ++under)
        await new Promise((resolve) => setImmediate(resolve))
        under--
        return oneOf(textOf(body))
      }
      const limits = { concurrency: 2 }
      const row = await open({ gg: script }, { providers: { gg: { ...VERTEX, limits } } })
      const { data } = await row.openai.embeddings.create({ model, input: MANY })
      expect(data).toHaveLength(20)
      expect(most).toBeLessThanOrEqual(2)
    })

    test('B19 when one of them fails the whole fails, and no more are asked', async () => {
      const row = await open({ gg: picky }, { providers: { gg: VERTEX } })
      const reply = await row.post('/v1/embeddings', { model, input: MANY })
      expect([reply.status, reply.text]).toEqual([400, expect.stringContaining('Too odd.')])
      expect(row.calls('gg').length).toBeLessThan(20)
    })
  },
)

test('B19 more texts than a prediction takes are several predictions', async () => {
  const row = await open({ gg: predicted }, { providers: { gg: VERTEX } })
  const input = Array.from({ length: 251 }, (_, at) => `text ${at}`)
  const { data } = await row.openai.embeddings.create({ model: 'text-embedding-005', input })
  expect(data).toHaveLength(251)
  expect(row.calls('gg')).toHaveLength(2)
})
