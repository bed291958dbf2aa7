/** The clocks of one attempt: headers, first content, silence, the exchange's total, and the patience after a finished answer. */

import { type Clock, GatewayError, IdleTimer, type Timer } from '#core'
import type { ProviderTimeouts } from '#providers'

/** How long a finished answer's connection may stay open before we close it. */
const LINGER_MS = 2000

export interface ClockWish {
  readonly clock: Clock
  readonly timeouts: ProviderTimeouts
  /** Monotonic milliseconds at which the exchange began: the total clock runs from the door. */
  readonly exchangeStartedAt: number
  readonly onRing: (error: GatewayError) => void
}

export class AttemptClocks {
  readonly #wish: ClockWish
  #timer: Timer | undefined
  #idle: IdleTimer | undefined
  #total: Timer | undefined
  #linger: Timer | undefined

  constructor(wish: ClockWish) {
    this.#wish = wish
  }

  untilHead(): void {
    this.#arm(this.#wish.timeouts.headersMs, 'The provider did not answer in time.')
  }

  untilContent(sentAt: number): void {
    const { clock, timeouts } = this.#wish
    const left = timeouts.firstTokenMs - (clock.now() - sentAt)
    this.#arm(
      timeouts.firstTokenMs === 0 ? 0 : Math.max(1, left),
      'The provider began to answer but sent no content in time.',
    )
  }

  /** Between pieces of a stream that is folded for a client who wants it whole. */
  untilNextPiece(): void {
    this.#arm(this.#wish.timeouts.idleMs, SILENT)
  }

  /** After commit. `isPaused`: the client is slow, and its slowness is not the provider's silence. */
  whileFlowing(isPaused: () => boolean): void {
    this.#timer?.cancel()
    const { clock, timeouts, onRing } = this.#wish
    if (timeouts.idleMs > 0) {
      this.#idle = new IdleTimer(clock, timeouts.idleMs, () => {
        if (!isPaused()) onRing(new GatewayError('timeout', SILENT))
      })
    }
    const left = this.#totalLeft()
    if (left !== Infinity) this.#total = clock.timer(Math.max(1, left), () => onRing(deadline()))
  }

  touch(): void {
    this.#idle?.touch()
  }

  /** The answer is complete but its bytes have not ended: `close` if they do not. */
  lingerThen(close: () => void): void {
    this.#linger = this.#wish.clock.timer(LINGER_MS, close)
  }

  bytesEnded(): void {
    this.#linger?.cancel()
  }

  release(): void {
    this.#timer?.cancel()
    this.#idle?.cancel()
    this.#total?.cancel()
  }

  #arm(limitMs: number, message: string): void {
    this.#timer?.cancel()
    this.#timer = undefined
    const total = this.#totalLeft()
    const limit = limitMs === 0 ? Infinity : limitMs
    const ms = Math.min(limit, total)
    if (ms === Infinity) return
    this.#timer = this.#wish.clock.timer(Math.max(1, ms), () =>
      this.#wish.onRing(total < limit ? deadline() : new GatewayError('timeout', message)),
    )
  }

  #totalLeft(): number {
    const { clock, timeouts, exchangeStartedAt } = this.#wish
    return timeouts.totalMs === 0 ? Infinity : exchangeStartedAt + timeouts.totalMs - clock.now()
  }
}

const SILENT = 'The provider fell silent in the middle of the answer.'

function deadline(): GatewayError {
  return new GatewayError('deadline', 'The time for the whole exchange is used up.')
}
