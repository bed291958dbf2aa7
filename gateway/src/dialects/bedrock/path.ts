/** Where the operations stand under the base URL. Model and streaming are said there, and nowhere else. */

import type { Address } from '../dialect.ts'

export function chatPath({ model, stream }: Address): string {
  return `/model/${encodeURIComponent(model)}/${stream ? 'converse-stream' : 'converse'}`
}

/** The counter knows models by their own names, not by those of the profiles that spread calls over regions. */
export function countPath({ model }: { readonly model: string }): string {
  return `/model/${encodeURIComponent(model.replace(PROFILE, ''))}/count-tokens`
}

const PROFILE = /^(?:us|us-gov|eu|apac|ap|jp|au|ca|sa|me|global)\.(?=[a-z0-9-]+\.)/
