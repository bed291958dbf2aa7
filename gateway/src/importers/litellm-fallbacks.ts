/** LiteLLM's fallbacks: which groups are asked after which. */

import { patternFor } from './litellm-groups.ts'
import type { Part } from './part.ts'

export interface Fallbacks {
  readonly fallbacks: ReadonlyMap<string, readonly string[]>
  /** For groups that have none of their own. */
  readonly standard: readonly string[]
}

/** They may stand in either of two sections. `groups` are the names of the model list. */
export function fallbacksOf(root: Part, groups: ReadonlySet<string>): Fallbacks {
  const places = [root.at('router_settings'), root.at('litellm_settings')]
  const fallbacks = new Map<string, readonly string[]>()
  for (const [group, next] of places.flatMap((place) => pairs(place.at('fallbacks'))))
    fallbacks.set(group, [...(fallbacks.get(group) ?? []), ...known(next, groups)])
  const standard = places.flatMap((place) => known(place.at('default_fallbacks'), groups))
  standard.push(...(fallbacks.get('*') ?? []))
  for (const [group, next] of places.flatMap((place) => pairs(place.at('context_window_fallbacks')))) {
    const named = fallbacks.get(group) ?? standard
    const more = known(next, groups).filter((name) => !named.includes(name))
    if (more.length === 0) continue
    fallbacks.set(group, [...named, ...more])
    next.leave('is asked last, and after other failures too')
  }
  return { fallbacks, standard }
}

function pairs(list: Part): readonly (readonly [string, Part])[] {
  return list.items().flatMap((item) => item.entries())
}

function known(list: Part, groups: ReadonlySet<string>): readonly string[] {
  const parts = Array.isArray(list.value) ? list.items() : [list]
  return parts.flatMap((part) => {
    const name = part.text()
    if (name === undefined) return []
    if (groups.has(name) || patternFor(name, [...groups]) !== undefined) return [name]
    part.leave('names no model of model_list')
    return []
  })
}
