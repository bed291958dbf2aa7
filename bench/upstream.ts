/** The bench's upstream: prebuilt bytes over node:net, so that the machine's time goes to the proxies.
 *  Run as a child with an IPC channel; tells its port and ends with its parent. */

import { createServer, type Socket } from 'node:net'

import { HttpReader, type HttpMessage } from './http-reader.ts'
import {
  ANTHROPIC_STREAM,
  ANTHROPIC_WHOLE,
  DRIP_GAP_MS,
  DRIP_MODEL,
  EVENT_GAP_MS,
  OPENAI_STREAM,
  OPENAI_WHOLE,
  openAiToken,
} from './wire.ts'

const STREAM_HEAD = Buffer.from(
  'HTTP/1.1 200 OK\r\ncontent-type: text/event-stream; charset=utf-8\r\ncache-control: no-cache\r\n' +
    'x-request-id: req_bench\r\ntransfer-encoding: chunked\r\n\r\n',
)
const LAST_CHUNK = '0\r\n\r\n'

const wholes = { openai: wholeAnswer(OPENAI_WHOLE), anthropic: wholeAnswer(ANTHROPIC_WHOLE) }
const streams = { openai: framed(OPENAI_STREAM), anthropic: framed(ANTHROPIC_STREAM) }
const models = wholeAnswer(JSON.stringify({ object: 'list', data: [{ id: 'gpt-4o-mini', object: 'model' }] }))

const paced = new Set<{ readonly socket: Socket; readonly frames: readonly Buffer[]; sent: number }>()
let beat: NodeJS.Timeout | undefined

const server = createServer({ noDelay: true }, (socket) => {
  const reader = new HttpReader()
  socket.on('error', () => socket.destroy())
  socket.on('data', (chunk: Buffer) => {
    for (const request of reader.push(chunk)) answer(socket, request)
  })
})
server.listen(0, '127.0.0.1', 2_048, () => {
  const address = server.address()
  if (address !== null && typeof address === 'object') process.send?.({ port: address.port })
})
process.on('disconnect', () => process.exit(0))

function answer(socket: Socket, request: HttpMessage): void {
  if (request.startLine.startsWith('GET')) {
    socket.write(models)
    return
  }
  const dialect = request.startLine.includes('/messages') ? 'anthropic' : 'openai'
  if (request.body.includes(DRIP_MODEL)) drip(socket)
  else if (request.body.includes('"stream":true')) pace(socket, streams[dialect])
  else socket.write(wholes[dialect])
}

/** Each event its own packet, on a common beat. Slow enough that no proxy falls behind: one that does would read
 *  several events at once, and its price per event would fall for being slow. */
function pace(socket: Socket, frames: readonly Buffer[]): void {
  socket.write(STREAM_HEAD)
  paced.add({ socket, frames, sent: 0 })
  beat ??= setInterval(sendNext, EVENT_GAP_MS)
}

function sendNext(): void {
  for (const stream of paced) {
    const frame = stream.frames[stream.sent++]
    if (frame === undefined || stream.socket.destroyed) paced.delete(stream)
    else stream.socket.write(frame)
  }
  if (paced.size > 0) return
  clearInterval(beat)
  beat = undefined
}

/** One token a second for as long as the other side listens. */
function drip(socket: Socket): void {
  socket.write(STREAM_HEAD)
  const first = OPENAI_STREAM[0]
  if (first !== undefined) socket.write(chunked(first))
  let index = 0
  const timer = setInterval(() => socket.write(chunked(openAiToken(index++ % 1_000))), DRIP_GAP_MS)
  socket.on('close', () => clearInterval(timer))
}

function wholeAnswer(body: string): Buffer {
  const length = Buffer.byteLength(body)
  return Buffer.from(
    `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nx-request-id: req_bench\r\ncontent-length: ${length}\r\n\r\n${body}`,
  )
}

function framed(events: readonly string[]): readonly Buffer[] {
  const last = events.length - 1
  return events.map((event, index) =>
    Buffer.concat([chunked(event), Buffer.from(index === last ? LAST_CHUNK : '')]),
  )
}

function chunked(text: string): Buffer {
  return Buffer.from(`${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n`)
}
