/** What breaks off behind its last words, where Node has read the request. */

import { expect, test } from 'vitest'
import { CHUNKED, nodeStage } from '../../test/plain-stage.ts'
import { ChunkedBody } from './chunked-body.ts'
import type { DownstreamResponse } from './downstream.ts'

function brokenOff(response: DownstreamResponse): void {
  const body = new ChunkedBody(response)
  response.writeHead(200)
  body.write('what was said')
  body.write(' and why it ends')
  body.breakOff()
}

/** In one chunk or in two. */
const SAID = /\r\n\r\n[\da-f]+\r\nwhat was said(?:\r\n10\r\n)? and why it ends\r\n$/

test('says all before, also what was said within the same turn', async () => {
  const { client: connect, close } = await nodeStage((_, response) => brokenOff(response))
  const client = await connect()
  await client.say(CHUNKED)
  await client.end()
  expect(client.heard).toMatch(SAID)
  await close()
})

test('waits for its turn behind other answers', async () => {
  const responses: DownstreamResponse[] = []
  let ends = 0
  const { client: connect, close } = await nodeStage((_, response) => {
    if (responses.push(response) < 2) return
    response.on('close', () => void ends++)
    brokenOff(response)
    responses[0]?.writeHead(200).end()
  })
  const client = await connect()
  await client.say(CHUNKED + CHUNKED)
  await client.end()
  expect(client.answers).toEqual([''])
  expect(client.heard).toMatch(SAID)
  expect(ends).toBe(1)
  await close()
})
