/** Row M44: chats and embeddings of one provider fail and are routed apart. */

import { describe, expect, test } from 'vitest'
import type { Script } from '#simulator'
import { type Row, rows } from './row.ts'
import { DOWN, OK, served } from './strategy-row.ts'

const open = rows()
const noEmbeddings: Script = ({ path }) => (path.includes('embeddings') ? DOWN : OK)
const embed = (row: Row) => row.post('/v1/embeddings', { model: 'g', input: 'hi' })

const noChats: Script = ({ path }) => (path.includes('completions') ? DOWN : OK)

describe('M44 embeddings and chats go each by their own circuit', () => {
  const group = { routing: {}, models: { g: { targets: ['oa:m', 'or:m'], strategy: 'priority' as const } } }

  test('M44 who has no embeddings now is not thought of for them, and is for chats', async () => {
    const row = await open({ oa: noEmbeddings, or: OK }, { config: group })
    for (let i = 0; i < 5; i++) await embed(row)
    const { headers } = await embed(row)
    expect(headers.get('x-routing-reason')).toBe(
      'virtual-model; strategy=priority; passed=oa:m (circuit-open)',
    )
    expect(await served(row, {}, 'g')).toBe('oa')
  })

  test('M44 what is counted for one is not lost by the other', async () => {
    const row = await open({ oa: noChats, or: OK }, { config: group })
    for (let i = 0; i < 5; i++) {
      await served(row, {}, 'g')
      expect((await embed(row)).headers.get('x-provider')).toBe('oa')
    }
    const { headers } = await row.post('/v1/chat/completions', {
      model: 'g',
      messages: [{ role: 'user', content: 'Hi' }],
    })
    expect([headers.get('x-provider'), headers.get('x-attempts')]).toEqual(['or', '1'])
  })

  test('M44 who has no chats now is asked for embeddings all the same', async () => {
    const row = await open({ oa: noChats, or: OK }, { config: group })
    for (let i = 0; i < 5; i++) await served(row, {}, 'g')
    expect(await served(row, {}, 'g')).toBe('or')
    expect((await embed(row)).headers.get('x-provider')).toBe('oa')
  })
})
