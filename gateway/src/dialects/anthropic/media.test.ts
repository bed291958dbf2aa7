/** Images and documents reach the provider in the block it takes them in, or are refused before the call. */

import { describe, expect, test } from 'vitest'
import type { MediaPart, MediaSource } from '#core'
import { sentMessages } from './fixture.contract.ts'

function block(source: MediaSource, kind: MediaPart['kind'] = 'image'): unknown {
  const out = sentMessages([{ role: 'user', parts: [{ type: 'media', kind, source, name: 'n' }] }])
  const [message] = out as readonly [{ content: readonly unknown[] }] // one turn with one block
  return message.content[0]
}

const data = (mediaType: string, text: string): MediaSource => ({ type: 'base64', mediaType, data: text })

describe('media', () => {
  test('A09 pitfall 60 URL and data both go out', () => {
    expect(block({ type: 'url', url: 'https://x/y.png' })).toEqual({
      type: 'image',
      source: { type: 'url', url: 'https://x/y.png' },
    })
    expect(block(data('image/png', 'AAAA'))).toEqual({
      type: 'image',
      source: { type: 'base64', media_type: 'image/png', data: 'AAAA' },
    })
    expect(() => block({ type: 'url', url: 'gs://b/o' })).toThrow('http')
  })

  test('pitfall 57 a PDF is a document whatever it was called', () => {
    expect(block(data('application/pdf', 'JVBERi0='))).toEqual({
      type: 'document',
      source: { type: 'base64', media_type: 'application/pdf', data: 'JVBERi0=' },
      title: 'n',
    })
  })

  test.each([
    ['/9j/4AAQ', 'image/jpeg'],
    ['iVBORw0KGgoA', 'image/png'],
    ['R0lGODlh', 'image/gif'],
    ['UklGRgECAwRXRUJQVlA4IA==', 'image/webp'],
  ])('pitfall 62 the bytes %s are %s', (bytes, mediaType) => {
    expect(block(data('image/bmp', bytes))).toMatchObject({ source: { media_type: mediaType } })
  })

  test('text files become text documents', () => {
    expect(block(data('text/csv', btoa('a,b')), 'document')).toMatchObject({
      type: 'document',
      source: { type: 'text', media_type: 'text/plain', data: 'a,b' },
    })
  })

  test('pitfall 64 pitfall 65 what the provider cannot read is refused by name', () => {
    expect(() => block(data('audio/mp3', 'AAAA'), 'audio')).toThrow('audio')
    expect(() => block({ type: 'file-id', id: 'file_1' })).toThrow('file id')
    expect(() => block(data('application/zip', 'UEsD'), 'document')).toThrow('application/zip')
  })
})
