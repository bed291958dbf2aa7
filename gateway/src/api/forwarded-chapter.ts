/** What is passed on without being understood, to providers of the same language alone. */

import type { Chapter, Method, Operation } from './operation.ts'

export interface Forwarded {
  readonly paths: readonly string[]
  readonly methods: readonly ForwardMethod[]
  /** Whose clients ask it. */
  readonly family: 'openai' | 'anthropic'
  /** An answer may tell what was used; elsewhere a usage would be another call's. */
  readonly metered: boolean
  readonly says: string
}

export type ForwardMethod = Extract<Method, 'GET' | 'POST' | 'DELETE'>

const ANY = ['GET', 'POST', 'DELETE'] as const
const POST = ['POST'] as const

function openai(paths: readonly string[], says: string, methods: readonly ForwardMethod[] = ANY): Forwarded {
  return { paths, methods, family: 'openai', metered: false, says }
}

function metered(paths: readonly string[], says: string): Forwarded {
  return { ...openai(paths, says, POST), metered: true }
}

function below(path: string): string[] {
  return [path, `${path}/{+rest}`]
}

/** The first that fits holds. */
export const FORWARDED: readonly Forwarded[] = [
  metered(['/v1/images/generations', '/v1/images/edits', '/v1/images/variations'], 'Pictures.'),
  metered(['/v1/audio/speech', '/v1/audio/transcriptions', '/v1/audio/translations'], 'Sound.'),
  metered(['/v1/moderations'], 'Whether a text will do.'),
  metered(['/v1/rerank'], 'Texts ranked by how well they fit.'),
  openai(below('/v1/files'), 'Files; with the header `anthropic-version` Anthropic’s.'),
  openai(below('/v1/uploads'), 'Large files in parts.'),
  openai(below('/v1/batches'), 'Batches.'),
  openai(below('/v1/videos'), 'Videos.'),
  openai(below('/v1/vector_stores'), 'Vector stores.'),
  openai(['/v1/fine_tuning/{+rest}'], 'Fine-tuning.'),
  openai(['/v1/responses/{id}'], 'A stored response.', ['GET', 'DELETE']),
  openai(['/v1/responses/{id}/input_items'], 'What a stored response was made of.', ['GET']),
  openai(['/v1/responses/{id}/cancel'], 'A response in the background is called off.', POST),
  {
    paths: below('/v1/messages/batches'),
    methods: ANY,
    family: 'anthropic',
    metered: false,
    says: 'Batches of messages.',
  },
]

export const FORWARDED_CHAPTER: Chapter = {
  title: 'Passed on',
  says: 'Bytes both ways, unread, to providers of the same language.',
  query: { provider: 'the provider, where neither the model’s prefix nor `X-Provider` names it' },
  operations: FORWARDED.flatMap(({ paths, methods, says }) =>
    paths.flatMap((path) => methods.map((method): Operation => ({ method, path, says, entrance: 'client' }))),
  ),
}
