/** What a scheme that must look at the request, or ask somebody first, adds to a call. */

export interface Draft {
  readonly method: string
  /** With its query. */
  readonly path: string
  readonly body: string | Uint8Array | null
  /** The provider's own key or the caller's, if there is one. */
  readonly key: string | undefined
}

export interface Grant {
  /** Flat list: name, value. */
  readonly headers: readonly string[]
  /** Never to be seen, should the provider repeat them. */
  readonly secrets: readonly string[]
}

/** Rejects or throws with a GatewayError that carries no secret. */
export type Authorize = (draft: Draft) => Grant | Promise<Grant>

export const NO_GRANT: Grant = { headers: [], secrets: [] }

export function bearer(token: string): Grant {
  return { headers: ['authorization', `Bearer ${token}`], secrets: [token] }
}

/**
 * Without a promise where the value is there already. Not named `then`: a module with an export of that name passes for a
 * promise.
 */
export function andThen<T, U>(value: T | Promise<T>, use: (value: T) => U): U | Promise<U> {
  return value instanceof Promise ? value.then(use) : use(value)
}
