/** A credential that ends: kept until shortly before, fetched once however many ask. */

export interface Loan<T> {
  readonly value: T
  /** Epoch milliseconds; absent: does not end. */
  readonly endsAt?: number | undefined
}

export interface RenewingOptions {
  /** Epoch milliseconds. */
  readonly wall: () => number
  /** How long before its end a value is fetched anew. */
  readonly aheadMs: number
}

/** A value this close to its end could end on its way to the provider. */
const LAST_MOMENT_MS = 30_000

/** Answers at once while it has a good value: the hot path makes no promise. */
export function renewing<T>(
  obtain: () => Promise<Loan<T>>,
  { wall, aheadMs }: RenewingOptions,
): () => T | Promise<T> {
  let held: Loan<T> | undefined
  let flight: Promise<T> | undefined
  const fetchAnew = async (): Promise<T> => {
    try {
      held = await obtain()
      return held.value
    } finally {
      flight = undefined
    }
  }
  return () => {
    const left = held === undefined ? 0 : (held.endsAt ?? Infinity) - wall()
    if (held !== undefined && left > aheadMs) return held.value
    flight ??= fetchAnew()
    if (held === undefined || left <= LAST_MOMENT_MS) return flight
    // The old one still serves; should fetching fail, the next request tries again.
    flight.catch(() => {})
    return held.value
  }
}
