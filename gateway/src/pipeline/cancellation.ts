/** Tells one exchange that its client has left. Lighter than an AbortSignal, of which each request would need several. */

export class Cancellation {
  #listeners: Set<() => void> | undefined
  cancelled = false

  cancel(): void {
    if (this.cancelled) return
    this.cancelled = true
    const listeners = this.#listeners
    this.#listeners = undefined
    listeners?.forEach((listener) => listener())
  }

  /** Calls back once on cancel; at once if it has happened. Returns the way to stop listening. */
  listen(listener: () => void): () => void {
    if (this.cancelled) {
      listener()
      return () => {}
    }
    this.#listeners ??= new Set()
    this.#listeners.add(listener)
    return () => void this.#listeners?.delete(listener)
  }
}
