/** Tools that a language has a type of its own for, though the client runs them: whole turns through providers of every language. */

import { describe, expect, test } from 'vitest'
import { EVERY_UPSTREAM, rows } from './row.ts'

const open = rows()
const ARGUMENTS = { command: ['ls', '-a'], working_directory: '/w' }

describe.each(EVERY_UPSTREAM)('%s', (upstream) => {
  // The simulator knows calls of functions only, as do the other languages.
  const isOwn = upstream === 'rs'

  test.skipIf(isOwn)(
    'pitfall 210 an older Codex runs its local shell, streamed, and sends back what came of it',
    async () => {
      const row = await open({
        [upstream]: ({ body }: { readonly body: string }) =>
          !body.includes('a.txt')
            ? { kind: 'answer', toolCalls: [{ id: 'call_1', name: 'local_shell', arguments: ARGUMENTS }] }
            : { kind: 'answer', text: 'There is a.txt.' },
      })
      const ask = { model: 'm', store: false, tools: [{ type: 'local_shell' as const }] }
      const user = { role: 'user' as const, content: 'What is here?' }
      const first = await row.openai.responses.stream({ ...ask, input: [user] }).finalResponse()
      const [call] = first.output
      expect(call).toMatchObject({
        type: 'local_shell_call',
        status: 'completed',
        action: { type: 'exec', command: ['ls', '-a'], working_directory: '/w', env: {} },
      })
      if (call?.type !== 'local_shell_call') throw new Error('No call came.')
      const done = { type: 'function_call_output' as const, call_id: call.call_id, output: 'a.txt' }
      const second = await row.openai.responses.create({ ...ask, input: [user, call, done] })
      expect(second.output_text).toBe('There is a.txt.')
      const sent = JSON.stringify(row.sent(upstream))
      expect(sent).toContain('local_shell')
      expect(sent).toContain('a.txt')
      expect(sent).not.toContain('local_shell_call')
    },
  )

  test('pitfall 211 an agent of Anthropic’s runs its bash, and sends back what came of it', async () => {
    const row = await open({
      [upstream]: ({ body }: { readonly body: string }) =>
        !body.includes('a.txt')
          ? { kind: 'answer', toolCalls: [{ id: 'toolu_1', name: 'bash', arguments: { command: 'ls' } }] }
          : { kind: 'answer', text: 'There is a.txt.' },
    })
    const ask = {
      model: 'm',
      max_tokens: 99,
      tools: [{ type: 'bash_20250124' as const, name: 'bash' as const }],
    }
    const user = { role: 'user' as const, content: 'What is here?' }
    const first = await row.anthropic.messages.stream({ ...ask, messages: [user] }).finalMessage()
    const call = first.content.find((block) => block.type === 'tool_use')
    expect(call).toMatchObject({ name: 'bash', input: { command: 'ls' } })
    const result = { type: 'tool_result' as const, tool_use_id: call?.id ?? '', content: 'a.txt' }
    const second = await row.anthropic.messages.create({
      ...ask,
      messages: [user, { role: 'assistant', content: first.content }, { role: 'user', content: [result] }],
    })
    expect(second.content).toMatchObject([{ text: 'There is a.txt.' }])
    expect(JSON.stringify(row.sent(upstream))).toContain('a.txt')
  })
})
