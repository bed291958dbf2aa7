/** Another dialect's web search as this dialect's own (pitfall 221). A list of sites is a promise: it is never widened. */

import { arrayOf, type JsonDraft, type NativePart, objectOf, stringOf } from '#core'
import type { EncodeContext } from '../dialect.ts'
import { compact } from './extra-fields.ts'

/** Undefined for every other tool, and for a search that cannot be kept within its bounds here. */
export function foreignSearch(tool: NativePart, context: EncodeContext): JsonDraft | undefined {
  const { value } = tool
  if (tool.dialect !== 'anthropic' || stringOf(value['type'])?.startsWith('web_search_') !== true)
    return undefined
  if (arrayOf(value['blocked_domains'])?.length) return undefined
  if (value['max_uses'] !== undefined)
    context.note({
      kind: 'dropped',
      field: 'tools.web_search.max_uses',
      reason: 'There is no such limit here.',
    })
  const allowed = arrayOf(value['allowed_domains'])
  return {
    type: 'web_search',
    ...compact({
      filters: allowed === undefined ? undefined : { allowed_domains: allowed },
      user_location: objectOf(value['user_location']),
    }),
  }
}
