/** Where Vertex is, by the location it is asked in. */

import { expect, test } from 'vitest'
import type { ProviderConfig } from '#config'
import { gemini } from '#dialects'
import { fetchText, systemClock } from '#transport'
import { claudeOnVertex, geminiOnVertex } from './vertex.ts'

const config: ProviderConfig = {
  name: 'v',
  type: 'vertex',
  apiKeys: ['k'],
  passthrough: false,
  priority: 1,
  timeouts: {},
  headers: {},
}

test.each([
  ['global', 'https://aiplatform.googleapis.com'],
  [undefined, 'https://aiplatform.googleapis.com'],
  ['europe-west1', 'https://europe-west1-aiplatform.googleapis.com'],
])('pitfall 236 the host of location %s', (location, origin) => {
  const vertex = { project: 'P', ...(location === undefined ? {} : { location }) }
  const place = `/v1/projects/P/locations/${location ?? 'global'}/publishers`
  const tools = { clock: systemClock, fetchText }
  expect(geminiOnVertex({ ...config, vertex }, gemini, tools).base).toEqual({
    origin,
    prefix: `${place}/google`,
  })
  expect(claudeOnVertex({ ...config, vertex }, gemini, tools).base).toEqual({
    origin,
    prefix: `${place}/anthropic`,
  })
})
