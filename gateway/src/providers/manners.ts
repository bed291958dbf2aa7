/** Servers that were made to speak a language not their type's own are called in the manner of its clients. */

import type { Dialect } from '#dialects'
import type { ModelTraits, Preset } from './preset.ts'
import { anthropic } from './presets/anthropic.ts'
import { bedrock } from './presets/bedrock.ts'
import { google } from './presets/google.ts'

/** The type with the keys, versions and forwarded headers that the language wants, and what its models are known to want. */
export function mannered(preset: Preset, { name }: Dialect): Preset {
  if (preset.dialect === name) return preset
  const auth = preset.authIn?.[name] ?? (name === 'gemini' ? 'x-goog-api-key' : preset.auth)
  const home = HOMES.find(({ dialect }) => dialect === name)
  if (home === undefined) return auth === preset.auth ? preset : { ...preset, auth }
  const models = [...(preset.models ?? []), ...modelsOf(home)]
  if (home !== anthropic) return { ...preset, auth, models }
  return {
    ...preset,
    auth,
    models,
    forwards: [...(preset.forwards ?? []), ...(anthropic.forwards ?? [])],
    headers: { ...anthropic.headers, ...preset.headers },
  }
}

/** Whose models are what they are wherever they are served. */
const HOMES: readonly Preset[] = [anthropic, google, bedrock]

/** By their names: behind a server of another type there may be models of anybody's. */
function modelsOf({ models = [], traits, standing }: Preset): readonly ModelTraits[] {
  const names = standing?.names
  if (traits === undefined || names === undefined) return models
  const all = models.map((entry) => ({ ...entry, traits: { ...traits, ...entry.traits } }))
  return [...all, { match: names, traits, reason: 'as every model of that house' }]
}
