/** What this client itself finds wrong with a connection, beside what the system and TLS tell. */

export type WireFault =
  | 'connect-timeout'
  | 'not-http'
  | 'head-too-long'
  | 'wrong-length'
  | 'broken-off'
  | 'bad-header'
  | 'closed'

export class WireError extends Error {
  override readonly name = 'WireError'
  readonly code: WireFault

  constructor(code: WireFault, message: string) {
    super(message)
    this.code = code
  }
}
