/** Where the operations stand under the base URL. Model and streaming are said there, and nowhere else. */

import type { Address } from '../dialect.ts'

export function chatPath({ model, stream }: Address): string {
  return `/model/${encodeURIComponent(model)}/${stream ? 'converse-stream' : 'converse'}`
}
