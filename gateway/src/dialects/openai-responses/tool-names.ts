/**
 * Namespaced tools under names that every dialect can say. One request gives each (namespace, name) one flat name, and the way
 * back is read off the request's tools.
 */

import { type ChatRequest, objectOf, stringOf, type Tool } from '#core'
import { chatToolInResponses } from '../free-text.ts'
import { digest } from '../short-user.ts'
import { type ClientTool, kindNamed } from './client-tools.ts'
import { markOf, NAME } from './extra-fields.ts'
import { SEARCH } from './web-search.ts'

const MAX_NAME = 64

export function flatName(namespace: string, name: string): string {
  // A deferred tool is called under a namespace of its own name.
  if (namespace === name || namespace === '') return name
  const glue = namespace.endsWith('__') ? '' : '__'
  const flat = `${namespace}${glue}${name}`.replace(/[^a-zA-Z0-9_-]/g, '_')
  return flat.length <= MAX_NAME ? flat : `${flat.slice(0, MAX_NAME - 9)}_${digest(flat).slice(0, 8)}`
}

/** Gives names while a request is decoded. */
export class ToolNames {
  readonly #taken = new Set<string>()
  readonly #flat = new Map<string, string>()

  constructor(topLevel: Iterable<string>) {
    for (const name of topLevel) this.#taken.add(name)
  }

  has(namespace: string, name: string): boolean {
    return this.#flat.has(JSON.stringify([namespace, name]))
  }

  give(namespace: string, name: string): string {
    const wanted = flatName(namespace, name)
    let flat = wanted
    for (let more = 2; this.#taken.has(flat); more++) flat = `${wanted.slice(0, MAX_NAME - 4)}_${more}`
    this.#taken.add(flat)
    this.#flat.set(JSON.stringify([namespace, name]), flat)
    return flat
  }

  /** The name of a call found in the history. */
  find(namespace: string | undefined, name: string): string {
    if (namespace === undefined) return name
    return this.#flat.get(JSON.stringify([namespace, name])) ?? flatName(namespace, name)
  }
}

/** How the client knows a tool: its own name, its namespace, whether its calls are free text, or a type of their own. */
export interface Face {
  readonly name: string
  readonly namespace?: string
  readonly custom: boolean
  readonly kind?: ClientTool
  /** The type of one that the provider runs, which is all that it is chosen by. */
  readonly type?: string
}

export function faces(request: ChatRequest): ReadonlyMap<string, Face> {
  const known = new Map<string, Face>()
  for (const tool of request.tools ?? []) {
    const type = searchType(tool)
    // A function of that name is the one that is called by it.
    if (type !== undefined && known.has(tool.name)) continue
    const namespace = stringOf(objectOf(markOf(tool, '~namespace'))?.['name'])
    const kind = kindNamed(objectOf(markOf(tool, '~client'))?.['type'])
    known.set(tool.name, {
      name: stringOf(markOf(tool, '~name')) ?? tool.name,
      ...(namespace === undefined ? {} : { namespace }),
      custom: markOf(tool, '~custom') !== undefined || chatToolInResponses(tool) !== undefined,
      ...(kind === undefined ? {} : { kind }),
      ...(type === undefined ? {} : { type }),
    })
  }
  return known
}

function searchType({ native, search }: Tool): string | undefined {
  if (search === undefined) return undefined
  return native?.dialect === NAME ? stringOf(native.value['type']) : SEARCH
}
