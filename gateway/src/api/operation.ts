/** One thing that can be asked of the gateway: the words in which the table of all of them is written. */

import type { ShapeName } from './shapes.ts'

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'HEAD'

/**
 * Who may ask. `open`: anybody. `client`: who shows the gate key, where there is one. `keyed`: the same, or who shows the admin key. `look`:
 * who shows the admin key where there is one, else who passes the client gate. `admin`: who shows the admin key; where there is none, callers
 * on the gateway's own machine.
 */
export type Entrance = 'open' | 'client' | 'keyed' | 'look' | 'admin'

export interface Operation {
  readonly method: Method
  /** `{name}` stands for one segment, `{+name}` for one or more. */
  readonly path: string
  /** One sentence. */
  readonly says: string
  readonly entrance: Entrance
  /** What it may say behind the question mark, and what each means. */
  readonly query?: Readonly<Record<string, string>>
  /** Absent: it takes none, or one in the words of its language. */
  readonly body?: ShapeName
  /** Absent: in the words of its language. */
  readonly answer?: ShapeName
}

/** Operations that belong together, as a reader looks for them. */
export interface Chapter {
  readonly title: string
  readonly says: string
  /** Where the bodies are described that are not ours to describe. */
  readonly language?: string
  /** What all of them may say behind the question mark. */
  readonly query?: Readonly<Record<string, string>>
  readonly operations: readonly Operation[]
}

/** Matches the paths that a template stands for. */
export function pathPattern(template: string): RegExp {
  const parts = template.split(/(\{\+?\w+\})/).map((part) => {
    if (!part.startsWith('{')) return part.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`)
    return part.startsWith('{+') ? '.+' : '[^/]+'
  })
  return new RegExp(`^${parts.join('')}/?$`)
}

/** Names in a template, in order. */
export function placesIn(template: string): readonly string[] {
  return [...template.matchAll(/\{\+?(\w+)\}/g)].map(([, name = '']) => name)
}

/** As readers and OpenAPI know templates, where no name may hold more than a segment. */
export function shownPath(template: string): string {
  return template.replaceAll('{+', '{')
}
