/** The official `ollama` client, unmodified. */

import { Ollama } from 'ollama'
import { count, list, loose, type Loose, text } from './loose-json.ts'
import type { Ask, Asked, Question, Seen } from './seen.ts'
import { tap } from './tapped-fetch.ts'
import { weighedIn } from './weighed.ts'

export const askOllama: Ask = async (question): Promise<Asked> => {
  const wire = tap()
  const client = new Ollama({ host: question.url, fetch: wire.fetch })
  try {
    const lines = await linesFrom(client, question)
    return { seen: seenIn(lines), ...(await wire.wire()) }
  } catch (thrown) {
    const { name, message } = thrown instanceof Error ? thrown : new Error(String(thrown))
    // The class is not exported; its name and field are its public face.
    return {
      error: { kind: name, status: count(loose(thrown)['status_code']), message },
      ...(await wire.wire()),
    }
  }
}

async function linesFrom(client: Ollama, { model, stream, operation }: Question): Promise<Loose[]> {
  const prompt = { model, prompt: 'Say something.' }
  const chat = { model, messages: [{ role: 'user', content: 'Say something.' }] }
  if (!stream) {
    const answer = operation === 'generate' ? await client.generate(prompt) : await client.chat(chat)
    return [loose(answer)]
  }
  const answer =
    operation === 'generate'
      ? await client.generate({ ...prompt, stream: true })
      : await client.chat({ ...chat, stream: true })
  const lines: Loose[] = []
  for await (const line of answer) lines.push(loose(line))
  return lines
}

function seenIn(lines: readonly Loose[]): Seen {
  const messages = lines.map((line) => loose(line['message']))
  const last = lines.at(-1) ?? {}
  const joined = (pick: (message: Loose, line: Loose) => string) =>
    lines.map((line) => pick(loose(line['message']), line)).join('')
  return {
    text: joined((message, line) => text(message['content']) || text(line['response'])),
    refusal: '',
    reasoning: joined((message, line) => text(message['thinking']) || text(line['thinking'])),
    calls: messages.flatMap((message) =>
      list(message['tool_calls']).map((call) => {
        const called = loose(call['function'])
        return { id: text(call['id']), name: text(called['name']), arguments: called['arguments'] }
      }),
    ),
    finish: last['done'] === true ? text(last['done_reason']) : 'not done',
    usage: { input: count(last['prompt_eval_count']) ?? 0, output: count(last['eval_count']) ?? 0 },
    citations: 0,
    signatures: 0,
    images: messages.flatMap((message) => (Array.isArray(message['images']) ? message['images'] : [])).length,
    audio: false,
    native: 0,
    logprobs: lines.flatMap((line) => weighedIn(line['logprobs'])),
  }
}
