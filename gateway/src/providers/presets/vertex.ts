import type { Preset } from '../preset.ts'
import { claudeOnVertex, geminiOnVertex, vectorsOnVertex, vertexLacks } from '../sites/vertex.ts'
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

/** Its embeddings have other methods and shapes than the Gemini API's (cloud.google.com/vertex-ai, Text embeddings API). */
const vectors: Preset = {
  name: 'vertex',
  title: 'Vectors on Vertex AI',
  dialect: 'gemini',
  auth: 'google',
  needsKey: false,
  issuer: 'google',
  site: vectorsOnVertex,
  embeds: 'predict',
}

/** Takes one text in a request (cloud.google.com/vertex-ai, Text embedding limits). */
const FIRST_GEMINI_VECTORS = /(?:^|\/)gemini-embedding-001$/

/** No longer served by `:predict` (github.com/vercel/ai/issues/15853). */
const GEMINI_VECTORS = /(?:^|\/)gemini-embedding-(?!001$)/

export const vertex: Preset = {
  name: 'vertex',
  aka: ['google-vertex', 'vertex-ai', 'vertexai'],
  title: 'Google Vertex AI',
  dialect: 'gemini',
  auth: 'google',
  needsKey: false,
  account: 'vertex',
  // Its API alone takes them (the official SDK's `GoogleSearch`).
  traits: { ...google.traits, excludesSites: true },
  models: google.models ?? [],
  defaultModel: 'gemini-2.5-flash',
  issuer: 'google',
  site: geminiOnVertex,
  lacks: vertexLacks,
  families: [
    { match: /(?:^|\/)claude/, preset: claude },
    { match: GEMINI_VECTORS, preset: { ...vectors, embeds: 'single' } },
    { match: FIRST_GEMINI_VECTORS, preset: { ...vectors, embeds: 'predictOne' } },
    { match: /(?:^|\/)text-?(?:multilingual-)?embedding/, preset: vectors },
  ],
  standing: { cost: 3, vision: 1, embeddings: 3 },
}
