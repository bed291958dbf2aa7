import { describe, expect, test } from 'vitest'
import type { JsonValue, MediaPart, MediaSource } from '#core'
import { decoded, sentMessages, throughRequest } from './fixture.contract.ts'

const PDF = 'JVBERi0xLjQK'
const JPEG = '/9j/4AAQSkZJRg=='

function blocks(...media: readonly Omit<MediaPart, 'type'>[]): JsonValue | undefined {
  const parts = media.map((each): MediaPart => ({ type: 'media', ...each }))
  const [turn] = (sentMessages([{ role: 'user', parts }]) ?? []) as readonly { content: JsonValue }[] // one turn of blocks
  return turn?.content
}
const data = (mediaType: string, bytes = 'AAAA'): MediaSource => ({ type: 'base64', mediaType, data: bytes })

const at = (url: string) => blocks({ kind: 'image', source: { type: 'url', url } })

describe('media', () => {
  test('pitfall 57 a PDF given as an image is a document', () => {
    expect(blocks({ kind: 'image', source: data('application/pdf', PDF) })).toEqual([
      { document: { format: 'pdf', name: 'document', source: { bytes: PDF } } },
    ])
  })

  test.each([
    ['text/csv', 'a.csv', 'csv'],
    ['text/plain', 'notes.md', 'md'],
    ['application/octet-stream', 'a.docx', 'docx'],
    ['application/json', 'a.json', 'txt'],
    ['text/x-python', 'a.py', 'txt'],
    ['application/vnd.openxmlformats-officedocument.spreadsheetml.sheet', undefined, 'xlsx'],
  ])('pitfall 58 %s named %s is %s', (mediaType, name, format) => {
    const named = name === undefined ? {} : { name }
    expect(blocks({ kind: 'document', source: data(mediaType), ...named })).toMatchObject([
      { document: { format } },
    ])
  })

  test('pitfall 58 an unknown type is refused, not called a PDF', () => {
    expect(() => blocks({ kind: 'document', source: data('application/zip') })).toThrow(/application\/zip/)
  })

  test('pitfall 59 names are made legal and unique, and tell no path', () => {
    const source = data('application/pdf', PDF)
    const names = ['a.b.pdf', 'a.b.pdf', '/home/me/secret/Report_v1.2  (final).pdf', '...', 'C:\\x\\y.pdf']
    const all = blocks(...names.map((name) => ({ kind: 'document', source, name }) as const))
    expect(all).toMatchObject(
      ['a b', 'a b (2)', 'Report v1 2 (final)', 'document', 'y'].map((name) => ({ document: { name } })),
    )
  })

  test('pitfall 60 what lies elsewhere is refused, but in S3', () => {
    expect(() => at('https://example.com/a.png')).toThrow(/not by URL/)
    expect(() => at('http://169.254.169.254/a.png')).toThrow(/not by URL/)
    expect(at('s3://bucket/a.png')).toEqual([
      { image: { format: 'png', source: { s3Location: { uri: 's3://bucket/a.png' } } } },
    ])
  })

  test('pitfall 62 bytes that contradict their type win', () => {
    expect(blocks({ kind: 'image', source: data('image/png', JPEG) })).toEqual([
      { image: { format: 'jpeg', source: { bytes: JPEG } } },
    ])
  })

  test('pitfall 65 a file id of another provider is refused', () => {
    expect(() => blocks({ kind: 'document', source: { type: 'file-id', id: 'file-1' } })).toThrow(/file id/)
  })

  test('films and sound have words here', () => {
    expect(
      blocks(
        { kind: 'video', source: data('video/quicktime') },
        { kind: 'audio', source: data('audio/mpeg') },
      ),
    ).toEqual([
      { video: { format: 'mov', source: { bytes: 'AAAA' } } },
      { audio: { format: 'mp3', source: { bytes: 'AAAA' } } },
    ])
  })

  test('every block of the client goes back as it came, and is understood', () => {
    const content = [
      { text: 'See.' },
      { image: { format: 'png', source: { bytes: 'iVBORw0KGgo=' } } },
      {
        document: {
          format: 'pdf',
          name: 'r',
          source: { bytes: PDF },
          citations: { enabled: true },
          context: 'c',
        },
      },
      { document: { format: 'txt', name: 't', source: { text: 'words' } } },
      { document: { name: 'parts', source: { content: [{ text: 'a' }, { text: 'b' }] } } },
      { video: { format: 'three_gp', source: { s3Location: { uri: 's3://b/v', bucketOwner: '1' } } } },
      { audio: { format: 'wav', source: { bytes: 'UklGRgAAAABXQVZF' } } },
      { guardContent: { text: { text: 'guard me', qualifiers: ['query'] } } },
      { searchResult: { source: 's', title: 't', content: [{ text: 'found' }] } },
      { brandNew: { x: 1 } },
    ]
    const messages = [{ role: 'user', content }]
    expect(throughRequest({ messages })['messages']).toEqual(messages)
    expect(decoded({ messages }).messages[0]?.parts).toMatchObject([
      { type: 'text' },
      { type: 'media', kind: 'image', source: { type: 'base64', mediaType: 'image/png' } },
      { type: 'media', kind: 'document', name: 'r' },
      { type: 'media', source: { type: 'text', text: 'words' } },
      { type: 'media', source: { type: 'text', text: 'a\nb' } },
      { type: 'media', kind: 'video', source: { type: 'url', url: 's3://b/v' } },
      { type: 'media', kind: 'audio' },
      { type: 'text', text: 'guard me' },
      { type: 'media', source: { text: 'found' } },
      { type: 'native', dialect: 'bedrock' },
    ])
  })
})
