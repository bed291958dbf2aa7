import { describe, expect, test } from 'vitest'
import { ollama, openaiChat } from '#dialects'
import { demoEmbeddings, demoVector } from './demo-embed.ts'

describe('the demo embeds', () => {
  test('the same text always to the same place, other texts elsewhere', () => {
    expect(demoVector('cat', 8)).toEqual(demoVector('cat', 8))
    expect(demoVector('cat', 8)).not.toEqual(demoVector('dog', 8))
    expect(demoVector('', 8)).not.toEqual(demoVector('a', 8))
  })

  test.each([1, 8, 1536])('to vectors of length one in %i dimensions', (width) => {
    const vector = demoVector('cat', width)
    expect(vector).toHaveLength(width)
    expect(Math.hypot(...vector)).toBeCloseTo(1, 10)
  })

  test('in the words of each dialect', () => {
    const asked = { model: 'demo', input: ['a', 'b'], dimensions: 4 }
    const vectors = [demoVector('a', 4), demoVector('b', 4)]
    expect(demoEmbeddings(ollama, 'embed', asked)).toMatchObject({ embeddings: vectors })
    expect(demoEmbeddings(ollama, 'embed-one', { model: 'demo', prompt: 'a' })).toEqual({
      embedding: demoVector('a', 8),
    })
    expect(demoEmbeddings(openaiChat, 'embed', asked)).toMatchObject({
      data: vectors.map((embedding, index) => ({ index, embedding })),
    })
  })

  test('no vector wider than anybody needs', () => {
    const asked = { model: 'demo', input: 'a', dimensions: 1e9 }
    expect(() => demoEmbeddings(openaiChat, 'embed', asked)).toThrow('dimensions')
  })
})
