/** The simulator's HTTP server: one socket, four voices, chosen by the beginning of the path. */

import { Buffer } from 'node:buffer'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { GatewayError, type Clock, type JsonObject } from '#core'
import { systemClock } from '#transport'
import { control } from './control.ts'
import { demoVoice } from './demo.ts'
import { Recordings, replayPath, replayVoice, type ReplaySplit } from './replay.ts'
import { newRecord, RequestLog, type RecordedRequest, type RequestRecord } from './requests.ts'
import type { Script } from './script.ts'
import { RunningScript } from './script-voice.ts'
import { decodeName, listDialectOf, surfaceOf } from './surface.ts'
import { answerNoSuchPath, errorDialect, type Visit } from './visit.ts'
import { Wire } from './wire.ts'

export interface SimulatorOptions {
  /** Default 127.0.0.1. */
  readonly host?: string
  /** Default: any free one. */
  readonly port?: number
  /** Folder of recorded answers for the replay voice. */
  readonly fixtures?: string
  /** Requests remembered. Default 1000. */
  readonly remember?: number
  /** Bytes a request's body may have. Default 64 MiB. */
  readonly bodyLimit?: number
  /** Default: real time. */
  readonly clock?: Clock
  readonly log?: (line: string) => void
}

export interface Simulator extends AsyncDisposable {
  /** `http://host:port`, no slash behind. */
  readonly url: string
  /** Registers a script, anew if the name is taken, and returns its base URL. */
  script(name: string, script: Script): string
  /** Base URL under which every path answers with this recording. */
  replayUrl(folder: string, id: string, split?: ReplaySplit): string
  /** Oldest first; the oldest are forgotten. */
  readonly requests: readonly RecordedRequest[]
  requestsTo(script: string): readonly RecordedRequest[]
  connections(): { readonly open: number; readonly accepted: number }
  /** Forgets scripts and requests. Answers under way go on. */
  reset(): void
  /** Ends all sockets. */
  close(): Promise<void>
}

export class SimulatorServer implements Simulator {
  readonly #options: SimulatorOptions
  readonly #clock: Clock
  readonly #server: Server
  readonly #log: RequestLog
  readonly #recordings: Recordings | undefined
  readonly #scripts = new Map<string, RunningScript>()
  readonly #connections = new Map<Socket, number>()
  #accepted = 0
  #closing = false
  #url = ''

  constructor(options: SimulatorOptions) {
    this.#options = options
    this.#clock = options.clock ?? systemClock
    this.#log = new RequestLog(options.remember ?? 1000)
    this.#recordings = options.fixtures === undefined ? undefined : new Recordings(options.fixtures)
    // A pool in front of the simulator keeps its sockets longer than Node's default of five seconds.
    this.#server = createServer({ keepAliveTimeout: 75_000, requestTimeout: 0 }, (request, response) => {
      void this.#handle(request, response)
    })
    this.#server.on('connection', (socket) => this.#count(socket))
  }

  async listen(): Promise<this> {
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    this.#server.once('error', reject)
    this.#server.listen(this.#options.port ?? 0, this.#options.host ?? '127.0.0.1', resolve)
    await promise
    this.#server.off('error', reject)
    // A server that listens on TCP has this kind of address.
    const { address, port, family } = this.#server.address() as AddressInfo
    this.#url = `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`
    return this
  }

  get url(): string {
    return this.#url
  }

  get requests(): readonly RecordedRequest[] {
    return this.#log.all
  }

  requestsTo(script: string): readonly RecordedRequest[] {
    return this.#log.to(script)
  }

  script(name: string, script: Script): string {
    this.#scripts.set(name, new RunningScript(script))
    return `${this.#url}/script/${encodeURIComponent(name)}`
  }

  replayUrl(folder: string, id: string, split?: ReplaySplit): string {
    return this.#url + replayPath(folder, id, split)
  }

  connections(): { open: number; accepted: number } {
    return { open: this.#connections.size, accepted: this.#accepted }
  }

  reset(): void {
    this.#scripts.clear()
    this.#log.clear()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  async close(): Promise<void> {
    this.#closing = true
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#server.close(() => resolve())
    const ends = [...this.#connections.keys()].map(async (socket) => {
      const closed = once(socket, 'close')
      socket.destroy()
      await closed
    })
    await Promise.all([promise, ...ends])
  }

  #count(socket: Socket): void {
    this.#connections.set(socket, ++this.#accepted)
    socket.once('close', () => this.#connections.delete(socket))
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const record = this.#record(request)
    const wire = new Wire(response, record, this.#clock, () => this.#closing)
    const [path = '/'] = record.path.split('?', 1)
    const surface = surfaceOf(record.method, path, listDialectOf(record.headers))
    const visit: Visit = {
      record,
      wire,
      path,
      surface,
      readBody: () => this.#readBody(request, record),
      bodyPieces: () => pieces(request, record),
    }
    try {
      await this.#speak(visit)
    } catch (thrown) {
      this.#fail(visit, thrown)
    }
    this.#options.log?.(`${record.method} ${path}`)
  }

  #record(request: IncomingMessage): RequestRecord {
    const facts = {
      method: request.method ?? 'GET',
      path: request.url ?? '/',
      headers: headersOf(request),
      startedAt: this.#clock.wall(),
      connection: this.#connections.get(request.socket) ?? 0,
    }
    return facts.path.startsWith('/_simulator') ? newRecord(0, facts) : this.#log.open(facts)
  }

  #speak(visit: Visit): Promise<void> {
    const [, voice, rest = ''] = /^\/(script|replay|_simulator)(\/.*)?$/.exec(visit.path) ?? []
    switch (voice) {
      case 'script':
        return this.#speakScript(visit, rest)
      case 'replay':
        return replayVoice({ ...visit, path: rest }, this.#recordings)
      case '_simulator':
        return control({ ...visit, path: rest }, this.#controls)
      default:
        return demoVoice(visit)
    }
  }

  async #speakScript(visit: Visit, rest: string): Promise<void> {
    const name = decodeName(rest.split('/')[1] ?? '')
    visit.record.script = name
    const script = this.#scripts.get(name)
    if (script === undefined) {
      await visit.readBody()
      return answerNoSuchPath(visit)
    }
    if (script.takeEarlyReset(visit.surface)) return visit.wire.resetNow()
    return script.play(visit)
  }

  readonly #controls = {
    script: (name: string, script: Script) => this.script(name, script),
    requests: () => this.#log.all,
    forgetRequests: () => this.#log.clear(),
    stats: (): JsonObject => ({
      connections: this.connections(),
      requests: this.#log.count,
      scripts: Object.fromEntries(
        [...this.#scripts].map(([name, script]) => [name, { answered: script.taken }]),
      ),
    }),
  }

  async #readBody(request: IncomingMessage, record: RequestRecord): Promise<string> {
    const limit = this.#options.bodyLimit ?? 64 * 1024 * 1024
    const chunks: Uint8Array[] = []
    let size = 0
    // What is too much is read to its end all the same, unkept:
    // a connection closed on unread bytes would lose the refusal.
    for await (const chunk of pieces(request, record)) {
      size += chunk.length
      if (size <= limit) chunks.push(chunk)
    }
    if (size > limit) throw new GatewayError('too-large', 'The request is larger than the simulator takes.')
    const body = Buffer.concat(chunks).toString('utf8')
    this.#log.setBody(record, body)
    return body
  }

  #fail(visit: Visit, thrown: unknown): void {
    const { wire, record, surface } = visit
    if (wire.gone) return
    this.#options.log?.(`${record.method} ${record.path} failed: ${String(thrown)}`)
    if (wire.begun) return wire.resetNow()
    const error =
      thrown instanceof GatewayError
        ? thrown
        : new GatewayError('internal', 'The simulator failed.', { cause: thrown })
    const { status, body } = errorDialect(surface).errors.encode(error, `sim-${record.id}`)
    wire.answerJson(status, body, { connection: 'close' })
  }
}

async function* pieces(request: IncomingMessage, record: RequestRecord): AsyncGenerator<Uint8Array> {
  // A request stream without an encoding yields bytes.
  for await (const chunk of request as AsyncIterable<Uint8Array>) {
    record.bytesReceived += chunk.length
    yield chunk
  }
}

function headersOf(request: IncomingMessage): Record<string, string> {
  const headers: Record<string, string> = {}
  for (const [name, value] of Object.entries(request.headers)) {
    if (value !== undefined) headers[name] = Array.isArray(value) ? value.join(', ') : value
  }
  return headers
}
