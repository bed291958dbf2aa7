import { expect, test } from 'vitest'
import { openaiChat } from './index.ts'

const models = openaiChat.models

test('B09 pitfall 231 one list suits OpenAI’s and Anthropic’s clients', () => {
  const list = models.encodeList([
    { id: 'm', displayName: 'M', created: 1_750_000_000, ownedBy: 'gw', contextWindow: 9 },
    { id: 'n' },
  ])
  expect(list).toMatchObject({ object: 'list', has_more: false, first_id: 'm', last_id: 'n' })
  expect(list['data']).toMatchObject([
    {
      id: 'm',
      object: 'model',
      type: 'model',
      created: 1_750_000_000,
      owned_by: 'gw',
      display_name: 'M',
      created_at: '2025-06-15T15:06:40Z',
      context_length: 9,
    },
    { id: 'n', object: 'model', owned_by: 'sluice', display_name: 'n' },
  ])
  expect(models.encodeList([])).toMatchObject({ data: [], first_id: null, last_id: null })
  expect(models.encodeOne({ id: 'n' })).toMatchObject({ id: 'n', object: 'model', type: 'model' })
})

test('lists are read in their several shapes', () => {
  expect(models.decode({ data: [{ id: 'models/x', owned_by: 'google' }] })).toEqual([
    { id: 'x', ownedBy: 'google' },
  ])
  expect(models.decode([{ id: 'a' }])).toEqual([{ id: 'a' }])
  expect(models.decode({ error: 'x' })).toEqual([])
  const entry = {
    id: 'o/m',
    name: 'M',
    context_length: 9,
    supported_parameters: ['tools'],
    architecture: { input_modalities: ['image'] },
  }
  expect(models.decode({ data: [entry] })).toMatchObject([
    { id: 'o/m', displayName: 'M', contextWindow: 9, abilities: ['tools', 'vision'] },
  ])
})
