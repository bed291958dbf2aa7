import type { Preset } from '../preset.ts'
import { claudeOnVertex, geminiOnVertex, vertexLacks } from '../sites/vertex.ts'
import { anthropic } from './anthropic.ts'
import { google } from './google.ts'

/**
 * Betas that Vertex takes; any other in the header is answered with 400 (github.com/BerriAI/litellm/issues/19984 and that
 * project's table of betas).
 */
const BETAS =
  /^(?:compact|computer-use|context-1m|context-management|interleaved-thinking|per-turn-control|thinking-binding-controls|thinking-display-updates|tool-search-tool|web-search)-\d/

const claude: Preset = {
  ...anthropic,
  title: 'Claude on Vertex AI',
  auth: 'google',
  needsKey: false,
  forwards: ['anthropic-beta'],
  admits: { 'anthropic-beta': BETAS },
  // The version stands in the body.
  headers: {},
  issuer: 'anthropic',
  site: claudeOnVertex,
}

export const vertex: Preset = {
  name: 'vertex',
  aka: ['google-vertex', 'vertex-ai', 'vertexai'],
  title: 'Google Vertex AI',
  dialect: 'gemini',
  auth: 'google',
  needsKey: false,
  account: 'vertex',
  traits: google.traits ?? {},
  models: google.models ?? [],
  defaultModel: 'gemini-2.5-flash',
  issuer: 'google',
  site: geminiOnVertex,
  lacks: vertexLacks,
  families: [{ match: /(?:^|\/)claude/, preset: claude }],
  standing: { cost: 3, vision: 1, embeddings: 3 },
}
