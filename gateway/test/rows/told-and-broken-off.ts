/** An answer of Anthropic's that has told what it has read, says something and breaks off. */

import type { ScriptedAnswer } from '#simulator'

const said = (type: string, fields: object) =>
  `event: ${type}\ndata: ${JSON.stringify({ type, ...fields })}\n\n`

export const toldAndBrokenOff = (input_tokens: number, text: string, more = {}): ScriptedAnswer => ({
  kind: 'raw',
  status: 200,
  headers: { 'content-type': 'text/event-stream' },
  chunks: [
    said('message_start', {
      message: {
        id: 'msg_1',
        type: 'message',
        role: 'assistant',
        model: 'm',
        content: [],
        stop_reason: null,
        usage: { input_tokens, output_tokens: 1, ...more },
      },
    }),
    said('content_block_start', { index: 0, content_block: { type: 'text', text: '' } }),
    said('content_block_delta', { index: 0, delta: { type: 'text_delta', text } }),
  ],
})
