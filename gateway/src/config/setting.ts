/** One value on its way into the configuration: where it belongs, what it is, where it came from. */

import type { Origin } from './origin.ts'

export type Path = readonly string[]

export interface Setting {
  readonly path: Path
  /** A scalar or a list as its source had it; an empty table stands for itself. */
  readonly value: unknown
  readonly origin: Origin
  /** It came, wholly or in part, out of a variable: it may be a secret whatever its name. */
  readonly substituted?: boolean
}

/** All that one source says. A path stands in it once. */
export type Layer = readonly Setting[]

/** `providers.acme.base_url`; a segment with a dot in it is quoted, so that no two paths read alike. */
export function fieldName(path: readonly PropertyKey[]): string {
  return path
    .map((part) => (/^[\w-]+$/.test(String(part)) ? String(part) : JSON.stringify(String(part))))
    .join('.')
}

export type Tree = Map<string, unknown>

/** The settings as nested plain objects. */
export function treeOf(layer: Layer): unknown {
  const root: Tree = new Map()
  for (const { path, value } of layer) plant(root, path, value)
  return plain(root)
}

function plant(root: Tree, path: Path, value: unknown): void {
  let branch = root
  for (const part of path.slice(0, -1)) {
    const next = branch.get(part)
    if (next instanceof Map) {
      branch = next
    } else if (next === undefined || isEmptyTable(next)) {
      const grown: Tree = new Map()
      branch.set(part, grown)
      branch = grown
    } else {
      // A scalar stands where a table is meant; the schema refuses it there.
      return
    }
  }
  const last = path.at(-1)
  if (last === undefined || (isEmptyTable(value) && branch.has(last))) return
  branch.set(last, value)
}

function isEmptyTable(value: unknown): boolean {
  return isTable(value) && Object.keys(value).length === 0
}

export function isTable(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function plain(tree: Tree): unknown {
  // fromEntries defines properties, so that a key called __proto__ stays a key.
  return Object.fromEntries(
    [...tree].map(([key, value]) => [key, value instanceof Map ? plain(value) : value]),
  )
}
