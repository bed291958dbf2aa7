/** What the simulator was asked: a bounded memory of requests, oldest forgotten first. */

export interface RecordedRequest {
  /** Counts from 1 since the simulator started. */
  readonly id: number
  readonly method: string
  /** Path with its query, as it came. */
  readonly path: string
  /** Lower-case names; repeated headers joined by a comma. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  /** Bytes of the body so far. */
  readonly bytesReceived: number
  /** Epoch milliseconds. */
  readonly startedAt: number
  /** Number of the connection it came on, counting from 1. */
  readonly connection: number
  /** The script asked, in the script voice. */
  readonly script?: string
  /** Bytes of the answer's body that the socket accepted so far. */
  readonly bytesSent: number
  /** The whole answer was handed to the network. */
  readonly finished: boolean
  /** The client left before the answer's end. */
  readonly closedByClient: boolean
}

/** The simulator's own, writable side of a record. */
export type RequestRecord = { -readonly [key in keyof RecordedRequest]: RecordedRequest[key] }

/** Bodies are kept whole, so memory is bounded by their sum as well as by their number. */
const KEPT_BODY_CHARACTERS = 32 * 1024 * 1024

type RequestFacts = Pick<RecordedRequest, 'method' | 'path' | 'headers' | 'startedAt' | 'connection'>

export class RequestLog {
  readonly #limit: number
  /** In the order of arrival. */
  readonly #records = new Set<RequestRecord>()
  #bodyCharacters = 0
  #count = 0

  constructor(limit: number) {
    this.#limit = limit
  }

  /** Oldest first. */
  get all(): readonly RecordedRequest[] {
    return [...this.#records]
  }

  /** Requests since the start, forgotten ones too. */
  get count(): number {
    return this.#count
  }

  to(script: string): readonly RecordedRequest[] {
    return this.all.filter((record) => record.script === script)
  }

  open(facts: RequestFacts): RequestRecord {
    const record = newRecord(++this.#count, facts)
    this.#records.add(record)
    this.#forget()
    return record
  }

  setBody(record: RequestRecord, body: string): void {
    record.body = body
    // A record forgotten while its body was still arriving must not weigh on the sum for ever.
    if (!this.#records.has(record)) return
    this.#bodyCharacters += body.length
    this.#forget()
  }

  clear(): void {
    this.#records.clear()
    this.#bodyCharacters = 0
  }

  #forget(): void {
    for (const record of this.#records) {
      const tooMany = this.#records.size > this.#limit
      const tooHeavy = this.#bodyCharacters > KEPT_BODY_CHARACTERS && this.#records.size > 1
      if (!tooMany && !tooHeavy) return
      this.#records.delete(record)
      this.#bodyCharacters -= record.body.length
    }
  }
}

/** A record that no log keeps, for what is asked about the simulator itself. */
export function newRecord(id: number, facts: RequestFacts): RequestRecord {
  return { id, ...facts, body: '', bytesReceived: 0, bytesSent: 0, finished: false, closedByClient: false }
}
