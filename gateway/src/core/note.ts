/** What a target could not say. Notes go to the trace and the `x-sluice-notes` header: a loss is never silent. */

export interface Note {
  /** What happened to the field or part. */
  readonly kind: 'dropped' | 'changed' | 'clamped' | 'unsupported'
  /** Dotted path or name of what is concerned, e.g. `top_k`, `tools[].strict`. Never prompt text. */
  readonly field: string
  readonly reason: string
}

export type NoteSink = (note: Note) => void
