/** Where the operations stand under the base URL, and how a model is named there. The base has the version: `/v1beta`. */

import type { Address } from '../dialect.ts'

export function chatPath({ model, stream }: Address): string {
  // Without `alt=sse` the stream is one long JSON array.
  return `/${resource(model)}:${stream ? 'streamGenerateContent?alt=sse' : 'generateContent'}`
}

export function countPath({ model }: Address): string {
  return `/${resource(model)}:countTokens`
}

/** `gemini-x` and `models/gemini-x` are the same model; tuned models and endpoints have other collections. */
function resource(model: string): string {
  const name = model.includes('/') ? model : `models/${model}`
  return name
    .split('/')
    .map((step) => encodeURIComponent(step).replaceAll('%40', '@'))
    .join('/')
}

/** The name without the collection it stands in. */
export function modelName(resourceName: string): string {
  return resourceName.replace(/^(?:publishers\/google\/)?models\//, '')
}
