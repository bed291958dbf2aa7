/** What is held of the connections that are Node's: nothing, once they are over. */

import { once } from 'node:events'
import { Socket } from 'node:net'
import { expect, test } from 'vitest'
import { NodeSockets } from './node-sockets.ts'

test('a connection that is over is not kept', async () => {
  const sockets = new NodeSockets()
  const [one, other] = [new Socket(), new Socket()]
  sockets.add(one)
  sockets.add(other)
  one.destroy()
  await once(one, 'close')
  expect(sockets.size).toBe(1)
  sockets.close()
  await once(other, 'close')
  expect(sockets.size).toBe(0)
})
