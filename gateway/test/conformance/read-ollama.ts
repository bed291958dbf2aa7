/** The meaning of a recorded Ollama answer: the lines of a chat or a prompt completion. */

import { count, list, loose, payloads, text } from './loose-json.ts'
import { type Meaning, nothing, type Outcome } from './meaning.ts'
import { weighedIn } from './weighed.ts'

const OUTCOMES: Readonly<Record<string, Outcome>> = { stop: 'end', load: 'end', length: 'length', '': 'end' }

export function readOllama(body: string, format: string, streamed: boolean): Meaning {
  const draft = nothing()
  let reason = ''
  let done = false
  for (const line of streamed ? payloads(body, format) : [body]) {
    const wire = loose(JSON.parse(line))
    const message = loose(wire['message'])
    draft.text += text(message['content']) || text(wire['response'])
    draft.reasoning += text(message['thinking']) || text(wire['thinking'])
    draft.images += Array.isArray(message['images']) ? message['images'].length : 0
    for (const call of list(message['tool_calls'])) {
      const called = loose(call['function'])
      const json = JSON.stringify(called['arguments'] ?? {})
      draft.calls.push({ id: text(call['id']), name: text(called['name']), arguments: json })
    }
    draft.logprobs.push(...weighedIn(wire['logprobs']))
    if (wire['error'] !== undefined) draft.failure = text(wire['error'])
    reason = text(wire['done_reason']) || reason
    if (wire['done'] !== true) continue
    done = true
    const input = count(wire['prompt_eval_count'])
    const output = count(wire['eval_count'])
    if (input !== undefined || output !== undefined) draft.usage = { input: input ?? 0, output: output ?? 0 }
  }
  if (!done && reason === '') draft.failure ??= ''
  const said = OUTCOMES[reason] ?? 'unknown'
  draft.outcome = said === 'end' && draft.calls.length > 0 ? 'tools' : said
  return draft
}
