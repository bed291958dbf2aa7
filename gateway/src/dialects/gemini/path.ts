/** Where the operations stand under the base URL, and how a model is named there. The base has the version: `/v1beta`. */

import type { Address } from '../dialect.ts'

export function chatPath({ model, stream }: Address): string {
  // Without `alt=sse` the stream is one long JSON array.
  return `/${resource(model)}:${stream ? 'streamGenerateContent?alt=sse' : 'generateContent'}`
}

export function countPath({ model }: Address): string {
  return `/${resource(model)}:countTokens`
}

export function embedPath({ model }: Address): string {
  return `/${resource(model)}:batchEmbedContents`
}

export function embedOnePath({ model }: Address): string {
  return `/${resource(model)}:embedContent`
}

export function predictPath({ model }: Address): string {
  return `/${resource(model)}:predict`
}

/** `gemini-x` and `models/gemini-x` are the same model; tuned models and endpoints have other collections. */
function resource(model: string): string {
  return resourceName(model)
    .split('/')
    .map((step) => encodeURIComponent(step).replaceAll('%40', '@'))
    .join('/')
}

/** How a body repeats the name that the path has. */
export function resourceName(model: string): string {
  return model.includes('/') ? model : `models/${model}`
}

/** The name without the collection it stands in. */
export function modelName(named: string): string {
  return named.replace(/^(?:publishers\/google\/)?models\//, '')
}
