/** One HTTP request on a socket of its own, and everything that came back, told apart as finely as TCP tells it. */

import { request as httpRequest } from 'node:http'

export interface RawAnswer {
  /** Absent when the connection ended before the headers. */
  readonly status?: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly body: Buffer
  /** The body as it came in, one item per read. */
  readonly pieces: readonly Buffer[]
  /** `ended`: properly; `cut`: the connection broke; `left`: we hung up ourselves. */
  readonly how: 'ended' | 'cut' | 'left'
  /** The socket's error code, e.g. ECONNRESET. */
  readonly code?: string
}

export interface RawQuestion {
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  /** An object is sent as JSON. */
  readonly body?: object | string
  /** Hang up as soon as this holds for what has come so far. */
  readonly leaveWhen?: (body: string) => boolean
  /** Hang up after so long without an answer's end. */
  readonly leaveAfterMs?: number
}

export function askRaw(url: string, question: RawQuestion = {}): Promise<RawAnswer> {
  const { promise, resolve } = Promise.withResolvers<RawAnswer>()
  const pieces: Buffer[] = []
  let head: Pick<RawAnswer, 'status' | 'headers'> = { headers: {} }
  let timer: NodeJS.Timeout | undefined
  let left = false
  const done = (how: RawAnswer['how'], code?: string) => {
    clearTimeout(timer)
    const facts = { ...head, body: Buffer.concat(pieces), pieces, how: left ? 'left' : how } as const
    resolve(code === undefined || left ? facts : { ...facts, code })
  }
  const text = typeof question.body === 'object' ? JSON.stringify(question.body) : question.body
  const sent = httpRequest(url, {
    agent: false,
    method: question.method ?? (text === undefined ? 'GET' : 'POST'),
    headers: { ...(text === undefined ? {} : { 'content-type': 'application/json' }), ...question.headers },
  })
  const leave = () => {
    left = true
    sent.destroy()
    done('left')
  }
  sent.on('error', (error: NodeJS.ErrnoException) => done('cut', error.code))
  sent.on('response', (response) => {
    head = {
      headers: response.headers,
      ...(response.statusCode === undefined ? {} : { status: response.statusCode }),
    }
    response.on('data', (piece: Buffer) => {
      pieces.push(piece)
      if (question.leaveWhen?.(Buffer.concat(pieces).toString()) === true) leave()
    })
    response.on('error', (error: NodeJS.ErrnoException) => done('cut', error.code))
    response.on('end', () => done('ended'))
  })
  if (question.leaveAfterMs !== undefined) timer = setTimeout(leave, question.leaveAfterMs)
  sent.end(text)
  return promise
}
