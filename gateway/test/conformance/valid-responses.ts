/** Whether a body is a request of the Responses API its official types would take, and the API's own order rules. */

import { isPlain, list, loose, type Loose, text } from './loose-json.ts'

const FIELDS = new Set(
  (
    'background context_management conversation include input instructions max_output_tokens max_tool_calls metadata model ' +
    'parallel_tool_calls previous_response_id prompt prompt_cache_key prompt_cache_options prompt_cache_retention reasoning ' +
    'safety_identifier service_tier store stream stream_options temperature text tool_choice tools top_logprobs top_p ' +
    'truncation user'
  ).split(' '),
)

const CONTENT: Readonly<Record<string, readonly string[]>> = {
  user: ['input_text', 'input_image', 'input_file', 'input_audio'],
  system: ['input_text', 'input_image', 'input_file'],
  developer: ['input_text', 'input_image', 'input_file'],
  assistant: ['output_text', 'refusal'],
}

export function faultsOfResponses(body: Loose): string[] {
  const input = list(body['input'])
  return [
    ...Object.keys(body)
      .filter((key) => !FIELDS.has(key))
      .map((key) => `unknown field ${key}`),
    ...(text(body['model']) === '' ? ['no model'] : []),
    ...(input.length === 0 && text(body['input']) === '' ? ['no input'] : []),
    ...input.flatMap((item, at) => itemFaults(item).map((fault) => `input[${at}]: ${fault}`)),
    ...pairingFaults(input),
    ...list(body['tools']).flatMap(toolFaults),
  ]
}

function itemFaults(item: Loose): string[] {
  switch (item['type'] ?? 'message') {
    case 'message':
      return messageFaults(item)
    case 'function_call':
      return typeof item['arguments'] === 'string' &&
        text(item['name']) !== '' &&
        text(item['call_id']) !== ''
        ? []
        : ['broken call']
    case 'function_call_output': {
      const { output } = item
      const whole = typeof output === 'string' || (Array.isArray(output) && output.length > 0)
      return whole && text(item['call_id']) !== '' ? [] : ['broken result']
    }
    case 'reasoning':
      return Array.isArray(item['summary']) ? [] : ['reasoning without a summary']
    case 'custom_tool_call':
    case 'custom_tool_call_output':
      return []
    default:
      return [`item ${text(item['type'])}`]
  }
}

function messageFaults(item: Loose): string[] {
  const allowed = CONTENT[text(item['role'])]
  if (allowed === undefined) return [`role ${String(item['role'])}`]
  const { content } = item
  if (typeof content === 'string') return []
  if (!Array.isArray(content) || content.length === 0) return ['no content']
  return list(content)
    .map((part) => text(part['type']))
    .filter((type) => !allowed.includes(type))
    .map((type) => `content part ${type}`)
}

/** Every result has a call before it, and every call a result. */
function pairingFaults(input: readonly Loose[]): string[] {
  const open = new Set<string>()
  const faults: string[] = []
  for (const item of input) {
    const id = text(item['call_id'])
    if (/^(?:function|custom_tool)_call$/.test(text(item['type']))) open.add(id)
    if (text(item['type']).endsWith('_output') && !open.delete(id))
      faults.push(`result of no open call ${id}`)
  }
  return open.size === 0 ? faults : [...faults, 'calls that have no result']
}

function toolFaults(tool: Loose): string[] {
  if (tool['type'] !== 'function') return []
  const named = /^[a-zA-Z0-9_-]{1,64}$/.test(text(tool['name']))
  const schema =
    tool['parameters'] === undefined || tool['parameters'] === null || isPlain(loose(tool['parameters']))
  return named && schema ? [] : [`broken tool ${JSON.stringify(tool).slice(0, 120)}`]
}
