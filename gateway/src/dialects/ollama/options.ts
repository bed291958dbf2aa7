/** Ollama's `options`: sampling under its own names. What only Ollama knows stays in extras, under `options` again. */

import { arrayOf, invalid, numberOf, objectOf, stringOf } from '#core'
import type { ChatRequest, JsonDraft, JsonObject, JsonValue, NoteSink } from '#core'

type NumberField =
  | 'maxOutputTokens'
  | 'temperature'
  | 'topP'
  | 'topK'
  | 'frequencyPenalty'
  | 'presencePenalty'
  | 'seed'

interface OptionRule {
  readonly field: NumberField
  readonly whole?: boolean
  /** Smaller values mean something only to Ollama (no limit, switched off, random) and stay in extras. */
  readonly from?: number
  /** Refused by models without sampling. */
  readonly sampling?: boolean
}

const OPTIONS: Readonly<Record<string, OptionRule>> = {
  num_predict: { field: 'maxOutputTokens', whole: true, from: 1 },
  temperature: { field: 'temperature', sampling: true },
  top_p: { field: 'topP', sampling: true },
  top_k: { field: 'topK', whole: true, from: 1, sampling: true },
  frequency_penalty: { field: 'frequencyPenalty', sampling: true },
  presence_penalty: { field: 'presencePenalty', sampling: true },
  seed: { field: 'seed', whole: true, from: 0 },
}

type Sampling = Partial<Record<NumberField, number>> & { stop?: readonly string[] }

interface DecodedOptions {
  readonly sampling: Sampling
  readonly rest?: JsonObject
}

/** Refuses what is ill-typed in the words Ollama uses for it. */
export function checkOptions(value: JsonValue | undefined): void {
  if (value === undefined || value === null) return
  const options = objectOf(value)
  if (options === undefined) throw invalid('options must be an object', 'options')
  for (const [name, rule] of Object.entries(OPTIONS)) {
    const given = options[name]
    if (given === undefined || given === null) continue
    const number = numberOf(given)
    if (number === undefined || (rule.whole === true && !Number.isInteger(number))) {
      const type = rule.whole === true ? 'integer' : 'float32'
      throw invalid(`option "${name}" must be of type ${type}`, `options.${name}`)
    }
  }
  const stop = options['stop']
  const fits = stop === undefined || stop === null || typeof stop === 'string' || isStrings(stop)
  if (!fits) throw invalid('option "stop" must be of type array', 'options.stop')
}

export function decodeOptions(value: JsonValue | undefined): DecodedOptions {
  const sampling: Sampling = {}
  const rest: JsonDraft = {}
  for (const [name, given] of Object.entries(objectOf(value) ?? {})) {
    if (given === null) continue
    if (name === 'stop') {
      const stop = (typeof given === 'string' ? [given] : (arrayOf(given) ?? [])).filter(isFilled)
      if (stop.length > 0) sampling.stop = stop
      continue
    }
    const rule = Object.hasOwn(OPTIONS, name) ? OPTIONS[name] : undefined
    const number = numberOf(given)
    if (rule === undefined || number === undefined || number < (rule.from ?? -Infinity)) rest[name] = given
    else sampling[rule.field] = number
  }
  return { sampling, ...(Object.keys(rest).length === 0 ? {} : { rest }) }
}

/** Undefined when there is nothing to say. */
export function encodeOptions(
  request: ChatRequest,
  noSampling: boolean,
  note: NoteSink,
): JsonObject | undefined {
  const options: JsonDraft = { ...objectOf(request.extras?.ollama?.['options']) }
  for (const [name, rule] of Object.entries(OPTIONS)) {
    const value = request[rule.field]
    if (value === undefined) continue
    if (noSampling && rule.sampling === true) {
      note({ kind: 'dropped', field: name, reason: 'the model refuses sampling fields' })
    } else {
      options[name] = value
    }
  }
  const stop = request.stop?.filter((text) => text !== '')
  if (stop !== undefined && stop.length > 0) options['stop'] = stop
  return Object.keys(options).length === 0 ? undefined : options
}

function isStrings(value: JsonValue): boolean {
  return arrayOf(value)?.every((item) => typeof item === 'string') ?? false
}

function isFilled(value: JsonValue): value is string {
  return stringOf(value) !== undefined && value !== ''
}
