/**
 * The least a Node proxy that reads what passes can cost: node:http in, undici dispatch out, JSON parsed and printed both ways, nothing
 * decided. Run as a child; `PORT` and `UPSTREAM_PORT` tell where.
 */

import { createServer, type ServerResponse } from 'node:http'

import { Pool } from 'undici'

const pool = new Pool(`http://127.0.0.1:${process.env['UPSTREAM_PORT']}`, {
  connections: null,
  pipelining: 1,
})
const HEADERS = ['content-type', 'application/json', 'authorization', 'Bearer k']

createServer({ keepAliveTimeout: 65_000 }, (request, response) => {
  const chunks: Buffer[] = []
  request.on('data', (chunk: Buffer) => chunks.push(chunk))
  request.on('end', () => pass(request.url ?? '/', Buffer.concat(chunks), response))
}).listen(Number(process.env['PORT']), '127.0.0.1')

function pass(path: string, body: Buffer, response: ServerResponse): void {
  const asked: { stream?: boolean } = JSON.parse(body.toString())
  const answer: Buffer[] = []
  pool.dispatch(
    { method: 'POST', path, headers: HEADERS, body: JSON.stringify(asked) },
    {
      onRequestStart() {},
      onResponseStart() {
        if (asked.stream) response.writeHead(200, ['content-type', 'text/event-stream'])
      },
      onResponseData(_controller, chunk) {
        if (asked.stream) response.write(chunk)
        else answer.push(chunk)
      },
      onResponseEnd() {
        if (asked.stream) return void response.end()
        const text = JSON.stringify(JSON.parse(Buffer.concat(answer).toString()))
        const length = String(Buffer.byteLength(text))
        response.writeHead(200, ['content-type', 'application/json', 'content-length', length])
        response.end(text)
      },
      onResponseError: () => void response.destroy(),
    },
  )
}
