/** Whether a body is a Messages request the official types would take, and the API's own order rules. */

import { count, isPlain, list, loose, type Loose, text } from './loose-json.ts'

const FIELDS = new Set(
  (
    'max_tokens messages model cache_control container context_management inference_geo mcp_servers metadata ' +
    'output_config output_format service_tier speed stop_sequences stream system temperature thinking tool_choice tools ' +
    'top_k top_p'
  ).split(' '),
)

export function faultsOfMessages(body: Loose): string[] {
  const messages = list(body['messages'])
  const limit = count(body['max_tokens']) ?? 0
  const thinking = loose(body['thinking'])
  return [
    ...Object.keys(body)
      .filter((key) => !FIELDS.has(key))
      .map((key) => `unknown field ${key}`),
    ...(text(body['model']) === '' ? ['no model'] : []),
    ...(limit < 1 ? ['no max_tokens'] : []),
    ...((count(thinking['budget_tokens']) ?? 0) >= limit ? ['thinking budget leaves no room'] : []),
    ...(messages.length === 0 ? ['no messages'] : []),
    ...(messages.length > 0 && messages[0]?.['role'] !== 'user' ? ['does not begin with the user'] : []),
    ...messages.flatMap((message, at) => messageFaults(message).map((fault) => `messages[${at}]: ${fault}`)),
    ...pairingFaults(messages),
    ...systemFaults(body['system']),
    ...list(body['tools']).flatMap(toolFaults),
    ...(body['tools'] !== undefined && list(body['tools']).length === 0 ? ['empty tools'] : []),
    ...(JSON.stringify(body).split('"cache_control"').length > 5 ? ['more than four cache marks'] : []),
  ]
}

const BLOCKS: Readonly<Record<string, readonly string[]>> = {
  user: ['text', 'image', 'document', 'tool_result', 'search_result'],
  assistant: ['text', 'thinking', 'redacted_thinking', 'tool_use'],
}

function messageFaults(message: Loose): string[] {
  const allowed = BLOCKS[text(message['role'])]
  if (allowed === undefined) return [`role ${String(message['role'])}`]
  const content = message['content']
  if (typeof content === 'string') return content.trim() === '' ? ['empty content'] : []
  if (!Array.isArray(content) || content.length === 0) return [`content is ${JSON.stringify(content)}`]
  return list(content).flatMap((block) => {
    const type = text(block['type'])
    if (!allowed.includes(type)) return [`block ${type}`]
    return blockIsWhole(type, block) ? [] : [`broken ${type} block`]
  })
}

function blockIsWhole(type: string, block: Loose): boolean {
  const source = loose(block['source'])
  switch (type) {
    case 'text':
      return text(block['text']).trim() !== ''
    case 'image':
    case 'document':
      return (
        ['base64', 'url', 'file', 'text', 'content'].includes(text(source['type'])) &&
        Object.keys(source).length > 1
      )
    case 'tool_use':
      return /^[\w-]+$/.test(text(block['id'])) && text(block['name']) !== '' && isPlain(block['input'])
    case 'tool_result':
      return /^[\w-]+$/.test(text(block['tool_use_id']))
    case 'thinking':
      return text(block['signature']) !== ''
    default:
      return true
  }
}

/** All results of a turn stand at the head of the next message. */
function pairingFaults(messages: readonly Loose[]): string[] {
  const faults: string[] = []
  messages.forEach((message, at) => {
    const before = at === 0 ? [] : list(messages[at - 1]?.['content'])
    const calls = before.filter((block) => block['type'] === 'tool_use').map((block) => text(block['id']))
    const blocks = list(message['content'])
    const results = blocks.filter((block) => block['type'] === 'tool_result')
    const head = blocks.slice(0, results.length)
    const answered = new Set(results.map((block) => text(block['tool_use_id'])))
    if (calls.some((id) => !answered.has(id))) faults.push(`messages[${at}]: a call before it has no result`)
    if ([...answered].some((id) => !calls.includes(id))) faults.push(`messages[${at}]: result of no call`)
    if (head.some((block) => block['type'] !== 'tool_result'))
      faults.push(`messages[${at}]: results are not first`)
  })
  const last = messages.at(-1)
  const open =
    last?.['role'] === 'assistant' && list(last['content']).some((block) => block['type'] === 'tool_use')
  return open ? [...faults, 'ends with an unanswered call'] : faults
}

function systemFaults(system: unknown): string[] {
  if (system === undefined || typeof system === 'string') return []
  const broken = list(system).some((block) => block['type'] !== 'text' || text(block['text']) === '')
  return broken || list(system).length === 0 ? ['broken system'] : []
}

function toolFaults(tool: Loose): string[] {
  const named = /^[a-zA-Z0-9_-]{1,128}$/.test(text(tool['name']))
  const ours = tool['type'] === undefined || tool['type'] === 'custom'
  const schema = !ours || loose(tool['input_schema'])['type'] === 'object'
  return named && schema ? [] : [`broken tool ${JSON.stringify(tool).slice(0, 120)}`]
}
