/** Tells one exchange that its client has left. Lighter than an AbortSignal, of which each request would need several. */

export class Cancellation {
  /** Nearly always there is one. */
  #listener: (() => void) | undefined
  #others: Set<() => void> | undefined
  cancelled = false

  cancel(): void {
    if (this.cancelled) return
    this.cancelled = true
    const listener = this.#listener
    const others = this.#others
    this.#listener = undefined
    this.#others = undefined
    listener?.()
    others?.forEach((other) => other())
  }

  /** Calls back once on cancel; at once if it has happened. Returns the way to stop listening. */
  listen(listener: () => void): () => void {
    if (this.cancelled) {
      listener()
      return () => {}
    }
    if (this.#listener === undefined) this.#listener = listener
    else (this.#others ??= new Set()).add(listener)
    return () => this.#stop(listener)
  }

  #stop(listener: () => void): void {
    if (this.#listener === listener) this.#listener = undefined
    else this.#others?.delete(listener)
  }
}
