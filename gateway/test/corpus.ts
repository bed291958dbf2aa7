/** Reads recorded provider traffic for tests. The recordings stand beside the checkout and may be missing. */

import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const ROOT = new URL('../../../shared/fixtures/', import.meta.url)

/** Where the replay voice finds the recordings. */
export const CORPUS_FOLDER = fileURLToPath(ROOT)

/** Says why a test that needs recordings is skipped. */
export const NO_CORPUS = 'the recorded traffic (../shared/fixtures beside the checkout) is not here'

export interface CorpusEntry {
  readonly folder: string
  readonly id: string
  readonly api: string
  readonly provider: string
  readonly model: string
  readonly status: number
  readonly streaming: boolean
  /** `json`, `sse`, `ndjson`, `chunks`, `eventstream` or `text`. */
  readonly format: string
  readonly features: readonly string[]
  /** File names inside the folder. */
  readonly response: string
  readonly request: string | null
}

/** The entries of one folder; undefined when the recordings are missing. */
export function corpus(folder: string): CorpusEntry[] | undefined {
  const index = new URL(`${folder}/index.json`, ROOT)
  if (!existsSync(index)) return undefined
  // The index is written by the recorder; its fields are those named above.
  const { entries } = JSON.parse(readFileSync(index, 'utf8')) as { entries: Omit<CorpusEntry, 'folder'>[] }
  return entries.map((entry) => ({ ...entry, folder }))
}

/** Tells one state of a folder's recordings from another. */
export function fingerprintOf(folder: string): string {
  const index = readFileSync(new URL(`${folder}/index.json`, ROOT))
  return createHash('sha256').update(index).digest('hex').slice(0, 12)
}

export function corpusResponse(entry: CorpusEntry): string {
  return readFileSync(new URL(`${entry.folder}/${entry.response}`, ROOT), 'utf8')
}

export function corpusRequest(entry: CorpusEntry): string | undefined {
  if (entry.request === null) return undefined
  return readFileSync(new URL(`${entry.folder}/${entry.request}`, ROOT), 'utf8')
}

/** The frames of a recorded stream, cut by the plainest reading of the format. */
export function corpusFrames(entry: CorpusEntry): { event?: string; data: string }[] {
  const text = corpusResponse(entry).replaceAll('\r\n', '\n')
  if (entry.format !== 'sse') {
    return text
      .split('\n')
      .filter((line) => line.trim() !== '')
      .map((data) => ({ data }))
  }
  return text.split('\n\n').flatMap((block) => {
    const lines = block.split('\n')
    const data = lines
      .filter((line) => line.startsWith('data:'))
      .map((line) => line.slice(5).replace(/^ /, ''))
    const event = lines
      .find((line) => line.startsWith('event:'))
      ?.slice(6)
      .trim()
    if (data.length === 0) return []
    return [{ ...(event === undefined ? {} : { event }), data: data.join('\n') }]
  })
}
