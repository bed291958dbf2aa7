import { expect, test } from 'vitest'
import { parseDataUrl } from './data-url.ts'

test.each([
  ['data:application/pdf;name=a.pdf;base64,JVBERi0=', 'application/pdf', 'JVBERi0='],
  ['DATA:IMAGE/PNG;BASE64,AAAA', 'image/png', 'AAAA'],
  ['data:image/png;charset=utf-8;base64,AA%2BA', 'image/png', 'AA+A'],
  ['data:;base64,JVBERi0=', 'application/pdf', 'JVBERi0='],
  ['data:application/octet-stream;base64,/9j/AAAA', 'image/jpeg', '/9j/AAAA'],
  ['data:image/svg+xml,%3Csvg/%3E', 'image/svg+xml', btoa('<svg/>')],
])('pitfall 56 %s', (url, mediaType, data) => {
  expect(parseDataUrl(url)?.source).toEqual({ type: 'base64', mediaType, data })
})

test('pitfall 56 without a type and without base64 it is plain text', () => {
  expect(parseDataUrl('data:,a%20b')?.source).toEqual({ type: 'text', mediaType: 'text/plain', text: 'a b' })
  expect(parseDataUrl('https://a.example')).toBeUndefined()
})

test('pitfall 62 picture types are corrected by the bytes, others are left', () => {
  expect(parseDataUrl('data:image/png;base64,/9j/4AAQ')?.source).toMatchObject({ mediaType: 'image/jpeg' })
  expect(parseDataUrl('data:text/csv;base64,/9j/4AAQ')?.source).toMatchObject({ mediaType: 'text/csv' })
})
