/** Who speaks which dialect. Adding a provider type: one record, and one line in this list. */

import { anthropic } from './presets/anthropic.ts'
import { custom } from './presets/custom.ts'
import { google } from './presets/google.ts'
import { ollama } from './presets/ollama.ts'
import { openai } from './presets/openai.ts'
import { openrouter } from './presets/openrouter.ts'
import { poe } from './presets/poe.ts'
import type { Preset } from './preset.ts'

export const PRESETS: readonly Preset[] = [openai, anthropic, google, ollama, openrouter, poe, custom]

/** What configuration has to know of the presets. */
export interface PresetFacts {
  readonly name: string
  readonly baseUrl?: string
  readonly needsKey: boolean
  readonly dialect: Preset['dialect']
}

export const PRESET_FACTS: readonly PresetFacts[] = PRESETS.map(({ name, baseUrl, needsKey, dialect }) => ({
  name,
  needsKey,
  dialect,
  ...(baseUrl === undefined ? {} : { baseUrl }),
}))

export function presetNamed(name: string): Preset | undefined {
  return PRESETS.find((preset) => preset.name === name)
}

export { buildProvider } from './build.ts'
export { keyRing } from './key-ring.ts'
export { normaliseBaseUrl } from './base-url.ts'
export type { Preset, ModelTraits } from './preset.ts'
export type { HeaderSource, KeyRing, Provider, ProviderTimeouts } from './provider.ts'
