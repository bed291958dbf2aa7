/** Commands are taken apart as a shell and curl would. */

import { expect, test } from 'vitest'
import { curlsIn } from './curl.ts'

test('method, URL, headers and body, over several lines and in both kinds of quotes', () => {
  const text = `
# Ask
  curl -X POST "http://localhost:1/api/chat?x=1" \\
    -H 'Content-Type: application/json' \\
    -H "X-Link: http://a.example" \\
    -d '{
      "text": "Hello \\"you\\""
    }'
curl http://localhost:1/health
curl -s http://localhost:1/b -d 'a'
`
  expect(curlsIn(text)).toEqual([
    {
      method: 'POST',
      path: '/api/chat?x=1',
      headers: { 'content-type': 'application/json', 'x-link': 'http://a.example' },
      body: '{\n      "text": "Hello \\"you\\""\n    }',
    },
    { method: 'GET', path: '/health', headers: {}, body: undefined },
    { method: 'POST', path: '/b', headers: {}, body: 'a' },
  ])
})

test('what it cannot read it refuses', () => {
  expect(() => curlsIn('curl --upload-file x http://localhost:1/')).toThrow('--upload-file')
  expect(() => curlsIn('curl -s')).toThrow('no URL')
})
