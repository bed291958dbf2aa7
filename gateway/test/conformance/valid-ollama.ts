/** Whether a body is a chat or prompt request the official types would take. */

import { isPlain, list, loose, type Loose, text } from './loose-json.ts'

const CHAT = new Set(
  'model messages stream format keep_alive tools think logprobs top_logprobs options'.split(' '),
)
const GENERATE = new Set(
  (
    'model prompt suffix system template context stream raw format images keep_alive think logprobs top_logprobs options ' +
    'width height steps'
  ).split(' '),
)
const ROLES = ['system', 'user', 'assistant', 'tool']

export function faultsOfOllama(body: Loose): string[] {
  const chat = body['messages'] !== undefined
  const fields = chat ? CHAT : GENERATE
  const messages = list(body['messages'])
  return [
    ...Object.keys(body)
      .filter((key) => !fields.has(key))
      .map((key) => `unknown field ${key}`),
    ...(text(body['model']) === '' ? ['no model'] : []),
    ...(typeof body['stream'] === 'boolean' ? [] : ['stream is not said']),
    ...(chat && messages.length === 0 ? ['no messages'] : []),
    ...(!chat && typeof body['prompt'] !== 'string' ? ['no prompt'] : []),
    ...messages.flatMap((message, at) => messageFaults(message).map((fault) => `messages[${at}]: ${fault}`)),
    ...list(body['tools']).flatMap(toolFaults),
    ...(['string', 'object', 'undefined'].includes(typeof body['format']) ? [] : ['broken format']),
    ...(['string', 'boolean', 'undefined'].includes(typeof body['think']) ? [] : ['broken think']),
  ]
}

function messageFaults(message: Loose): string[] {
  const images = Array.isArray(message['images']) ? message['images'] : []
  return [
    ...(ROLES.includes(text(message['role'])) ? [] : [`role ${String(message['role'])}`]),
    ...(typeof message['content'] === 'string' ? [] : ['content is no string']),
    ...(images.every((image) => typeof image === 'string' && !image.startsWith('data:'))
      ? []
      : ['broken images']),
    ...(message['role'] === 'tool' && text(message['tool_name']) === '' ? ['nameless result'] : []),
    ...list(message['tool_calls']).flatMap((call) => {
      const called = loose(call['function'])
      const whole = text(called['name']) !== '' && isPlain(called['arguments'])
      return whole ? [] : [`broken call ${JSON.stringify(call)}`]
    }),
  ]
}

function toolFaults(tool: Loose): string[] {
  const { name, parameters } = loose(tool['function'])
  const whole = tool['type'] === 'function' && text(name) !== '' && loose(parameters)['type'] === 'object'
  return whole ? [] : [`broken tool ${JSON.stringify(tool).slice(0, 120)}`]
}
