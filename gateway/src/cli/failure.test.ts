import { createServer } from 'node:net'
import { once } from 'node:events'
import { expect, test } from 'vitest'
import { reasonOf } from './failure.ts'

test('a port in use is told with address and port', async () => {
  const first = createServer().listen(0, '127.0.0.1')
  await once(first, 'listening')
  const address = first.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  const second = createServer().listen(port, '127.0.0.1')
  const [fault] = await once(second, 'error')
  first.close()
  expect(reasonOf(fault)).toBe(
    `127.0.0.1:${port} is in use already; choose another with --port, PORT or PORTS`,
  )
})

test('anything else is one line without a stack', () => {
  expect(reasonOf(new Error('first\n  second'))).toBe('first second')
  expect(reasonOf('plain')).toBe('plain')
})
