/** For others than OpenAI’s models a tool that takes free text is a function with one string; its grammar becomes advice. */

import type { JsonObject } from '#core'

export function freeText(syntax: string | undefined, grammar: string | undefined): JsonObject {
  const advice =
    grammar === undefined
      ? 'The raw text, not JSON.'
      : `The raw text, not JSON. It must follow this ${syntax ?? 'formal'} grammar:\n${grammar}`
  return {
    type: 'object',
    properties: { input: { type: 'string', description: advice } },
    required: ['input'],
  }
}
