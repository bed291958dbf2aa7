/** Mistral as it is: it refuses what it does not know and what is out of order, and its streams count tokens unasked. */

import { arrayOf, isObject, type JsonObject, parseJson, stringOf } from '#core'
import type { RecordedRequest, Script, ScriptedAnswer } from '#simulator'

/** Scripts with faults below HTTP stay as they are: they answer nothing that could be refused. */
export function asMistral(script: Script): Script {
  if (typeof script === 'function')
    return async (request, n) => refusal(request) ?? counting(await script(request, n))
  // A single answer is a script of one; Array.isArray does not narrow readonly arrays.
  const answers = 'kind' in script ? [script] : script
  if (!answers.every(({ kind }) => kind === 'answer')) return answers.map(counting)
  return (request, n) => refusal(request) ?? counting(answers[Math.min(n, answers.length - 1)] ?? NOTHING)
}

const NOTHING: ScriptedAnswer = { kind: 'status', status: 404 }

function counting(answer: ScriptedAnswer): ScriptedAnswer {
  return answer.kind === 'answer' ? { ...answer, usageUnasked: true } : answer
}

/** What it is asked with, and nothing else (`ChatCompletionRequest` of its API's description). */
const FIELDS = new Set(
  (
    'model messages temperature top_p max_tokens stream stop random_seed response_format tools tool_choice presence_penalty ' +
    'frequency_penalty n prediction parallel_tool_calls prompt_mode safe_prompt reasoning_effort metadata guardrails ' +
    'prompt_cache_key'
  ).split(' '),
)

function refusal({ path, body }: RecordedRequest): ScriptedAnswer | undefined {
  const asked = parseJson(body)
  if (!path.endsWith('/chat/completions') || !isObject(asked)) return undefined
  const unknown = Object.keys(asked).find((field) => !FIELDS.has(field))
  if (unknown !== undefined) return refused(422, `Extra inputs are not permitted: ${unknown}`)
  const messages = (arrayOf(asked['messages']) ?? []).filter(isObject)
  const wrong = wrongId(messages) ?? wrongOrder(messages)
  return wrong === undefined ? undefined : refused(400, wrong)
}

function refused(status: number, message: string): ScriptedAnswer {
  const type = 'invalid_request_error'
  return { kind: 'status', status, body: { object: 'error', message, type, param: null, code: null } }
}

function wrongId(messages: readonly JsonObject[]): string | undefined {
  const ids = messages.flatMap((message) => [
    ...(arrayOf(message['tool_calls']) ?? []).filter(isObject).map((call) => stringOf(call['id'])),
    ...(message['role'] === 'tool' ? [stringOf(message['tool_call_id'])] : []),
  ])
  const wrong = ids.find((id) => !/^[a-zA-Z0-9]{9}$/.test(id ?? ''))
  return wrong === undefined ? undefined : `Tool call id was ${wrong} but must be of nine characters.`
}

const BEHIND: Readonly<Record<string, readonly string[]>> = {
  system: ['user', 'assistant', 'system'],
  user: ['assistant', 'system', 'user'],
  assistant: ['assistant', 'user', 'tool'],
  tool: ['assistant', 'tool'],
}

function wrongOrder(messages: readonly JsonObject[]): string | undefined {
  const roles = messages.map((message) => stringOf(message['role']) ?? '')
  for (const [n, role] of roles.entries()) {
    const before = roles[n - 1]
    if (BEHIND[role] === undefined) return `Unknown role '${role}'`
    if (before !== undefined && BEHIND[before]?.includes(role) !== true)
      return `Unexpected role '${role}' after role '${before}'`
  }
  const last = messages.at(-1)
  if (last?.['role'] === 'assistant' && last['prefix'] !== true)
    return 'Expected last role User or Tool (or Assistant with prefix True) for serving but got assistant'
  return undefined
}
