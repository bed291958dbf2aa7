/** The replay voice: recorded provider answers, byte for byte, whole or cut into pieces. No codec touches them. */

import { Buffer } from 'node:buffer'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { arrayOf, booleanOf, isObject, numberOf, objectOf, parseJson, stringOf, type JsonObject } from '#core'
import { decodeName } from './surface.ts'
import { answerNoSuchPath, type Visit } from './visit.ts'

/** Where to cut a replayed body: pieces of one size, or of sizes drawn from a seed. */
export interface ReplaySplit {
  readonly split?: number
  readonly seed?: number
}

interface Recording {
  readonly status: number
  readonly contentType: string
  readonly bytes: Uint8Array
}

/** Remembers this many recordings; a matrix of tests asks for each many times. */
const KEPT_RECORDINGS = 200

export function replayPath(folder: string, id: string, split: ReplaySplit = {}): string {
  const cut =
    split.split !== undefined
      ? `/split-${split.split}`
      : split.seed !== undefined
        ? `/split-seed-${split.seed}`
        : ''
  return `/replay/${encodeURIComponent(folder)}/${encodeURIComponent(id)}${cut}`
}

export class Recordings {
  readonly #root: string
  #indexes = new Map<string, Promise<Map<string, JsonObject>>>()
  #kept = new Map<string, Promise<Recording | undefined>>()

  constructor(root: string) {
    this.#root = root
  }

  find(folder: string, id: string): Promise<Recording | undefined> {
    const key = `${folder}/${id}`
    const known = this.#kept.get(key)
    if (known !== undefined) return known
    if (this.#kept.size >= KEPT_RECORDINGS) this.#kept.clear()
    const found = this.#load(folder, id)
    this.#kept.set(key, found)
    return found
  }

  async #load(folder: string, id: string): Promise<Recording | undefined> {
    if (!/^[\w][\w.-]*$/.test(folder)) return undefined
    let index = this.#indexes.get(folder)
    if (index === undefined)
      this.#indexes.set(folder, (index = readIndex(join(this.#root, folder, 'index.json'))))
    const entry = (await index).get(id)
    const file = stringOf(entry?.['response'])
    if (entry === undefined || file === undefined) return undefined
    return recordingOf(entry, await readFile(join(this.#root, folder, file)))
  }
}

async function readIndex(path: string): Promise<Map<string, JsonObject>> {
  const text = await readFile(path, 'utf8').catch(() => '')
  const entries = arrayOf(objectOf(parseJson(text))?.['entries']) ?? []
  return new Map(entries.filter(isObject).map((entry) => [stringOf(entry['id']) ?? '', entry]))
}

const CONTENT_TYPES: Readonly<Record<string, string>> = {
  sse: 'text/event-stream',
  chunks: 'text/event-stream',
  ndjson: 'application/x-ndjson',
  eventstream: 'application/vnd.amazon.eventstream',
  'eventstream-frame': 'application/vnd.amazon.eventstream',
  text: 'text/plain; charset=utf-8',
}

function recordingOf(entry: JsonObject, file: Buffer): Recording {
  const format = stringOf(entry['format']) ?? 'json'
  const recorded = stringOf(objectOf(entry['response_headers'])?.['content-type'])
  return {
    status: numberOf(entry['status']) ?? 200,
    // Some recordings blanked the header out; what is left is no media type.
    contentType: recorded?.includes('/') ? recorded : (CONTENT_TYPES[format] ?? 'application/json'),
    bytes: bytesOf(format, stringOf(entry['api']) ?? '', booleanOf(entry['streaming']) ?? false, file),
  }
}

function bytesOf(format: string, api: string, streaming: boolean, file: Buffer): Uint8Array {
  if (format.startsWith('eventstream')) return Buffer.from(file.toString('latin1'), 'base64')
  return format === 'chunks' && streaming ? framed(file.toString('utf8'), api) : file
}

/** Payloads stored without their SSE framing, framed the way their API does it. */
function framed(chunks: string, api: string): Uint8Array {
  const payloads = chunks.split('\n').filter((line) => line.trim() !== '')
  const frames = payloads.map((payload) => {
    const event = stringOf(objectOf(parseJson(payload))?.['type'])
    return `${event === undefined ? '' : `event: ${event}\n`}data: ${payload}\n\n`
  })
  const terminated = api === 'chat' || api === 'completions'
  return Buffer.from(frames.join('') + (terminated ? 'data: [DONE]\n\n' : ''))
}

/** `visit.path` is what follows `/replay`. */
export async function replayVoice(visit: Visit, recordings: Recordings | undefined): Promise<void> {
  await visit.readBody()
  const [folder = '', id = '', cut = ''] = visit.path.split('/').slice(1).map(decodeName)
  const recording = await recordings?.find(folder, id)
  if (recording === undefined) return answerNoSuchPath(visit)
  const { wire } = visit
  const headers = { 'content-type': recording.contentType }
  const sizes = pieceSizes(cut)
  if (sizes === undefined) return wire.answer(recording.status, headers, recording.bytes)
  wire.head(recording.status, headers)
  for (let at = 0; at < recording.bytes.length && !wire.gone;) {
    const size = sizes()
    await wire.write(recording.bytes.subarray(at, at + size))
    await wire.turn()
    at += size
  }
  wire.end()
}

function pieceSizes(cut: string): (() => number) | undefined {
  const match = /^split-(seed-)?(\d{1,9})$/.exec(cut)
  if (match === null) return undefined
  const number = Number(match[2])
  if (match[1] === undefined) return () => Math.max(1, number)
  const random = seeded(number)
  // Mostly small pieces, so that frames and characters are cut often, and now and then one that spans many frames.
  return () => 1 + Math.floor(random() ** 3 * 400)
}

/** Mulberry32: small, and the same everywhere. */
function seeded(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}
