/** Amazon Titan's text bodies. */

import type { Finish } from '#core'
import { textFamily } from './text.ts'

export const titan = textFamily({
  name: 'titan',
  prompt: 'inputText',
  config: 'textGenerationConfig',
  fields: {
    maxOutputTokens: 'maxTokenCount',
    temperature: 'temperature',
    topP: 'topP',
    stop: 'stopSequences',
  },
  knows: (wire) => wire['inputText'] !== undefined,
  whole: (outputText, finish, usage) => ({
    inputTextTokenCount: usage?.inputTokens ?? 0,
    results: [{ tokenCount: usage?.outputTokens ?? 0, outputText, completionReason: reasonOf(finish) }],
  }),
  piece: (outputText) => ({ outputText, index: 0, completionReason: null }),
  last: (finish, usage) => ({
    outputText: '',
    index: 0,
    totalOutputTextTokenCount: usage?.outputTokens ?? 0,
    completionReason: reasonOf(finish),
    inputTextTokenCount: usage?.inputTokens ?? 0,
  }),
})

function reasonOf({ reason }: Finish): string {
  switch (reason) {
    case 'length':
    case 'context-length':
      return 'LENGTH'
    case 'content-filter':
    case 'refusal':
      return 'CONTENT_FILTERED'
    case 'stop-sequence':
      return 'STOP_CRITERIA_MET'
    default:
      return 'FINISH'
  }
}
