/** An explanation for people. */

import { arrayOf, isObject, type JsonObject, type JsonValue, numberOf, objectOf, stringOf } from '#core'

export function explanationPage(answer: JsonObject): readonly string[] {
  const targets = objectsIn(answer['targets'])
  const removed = objectsIn(answer['removed'])
  return [
    `${text(answer['model'])}  (${text(answer['dialect'])}, ${text(answer['operation'])})`,
    ...line('rule', [stringOf(answer['rule']), stringOf(answer['detail'])]),
    ...line('strategy', [
      stringOf(answer['strategy']),
      answer['by_lot'] === true ? 'draws lots: this order is one of several' : undefined,
    ]),
    ...line('fallback', [stringOf(answer['fallback'])]),
    ...line('asks for', [sizeOf(answer), ...needsOf(answer)]),
    '',
    ...(targets.length === 0
      ? ['Nobody would be asked.']
      : targets.flatMap((target, place) => targetLines(target, place, answer['max_output'] !== undefined))),
    ...(removed.length === 0 ? [] : ['', 'Not asked:', ...removed.map(removedLine)]),
  ]
}

function targetLines(target: JsonObject, place: number, bounded: boolean): string[] {
  const refused = objectOf(target['refused'])
  const cost = numberOf(target['cost'])
  const head = [
    `${String(place + 1).padStart(2)}. ${text(target['provider'])}:${text(target['model'])}`,
    [stringOf(target['dialect']), LANES[text(target['lane'])]].filter(Boolean).join(', '),
    keyOf(target),
    VIAS[text(target['via'])],
  ]
  return [
    head.filter(Boolean).join('  '),
    ...more(barOf(target)),
    ...more(refused === undefined ? undefined : `cannot be asked this: ${text(refused['message'])}`),
    ...more(
      target['fits'] === false ? `its window of ${text(target['context'])} tokens is too small` : undefined,
    ),
    ...more(clocksOf(target)),
    ...more(
      cost === undefined
        ? undefined
        : `costs about $${DOLLARS.format(cost)}, ${bounded ? 'with the longest answer' : 'the answer not counted'}`,
    ),
    ...more(
      target['average_ms'] === undefined
        ? undefined
        : `first content after ${text(target['average_ms'])} ms on average`,
    ),
    ...objectsIn(target['notes']).flatMap((note) =>
      more(`${text(note['kind'])} ${text(note['field'])}: ${text(note['reason'])}`),
    ),
  ]
}

const DOLLARS = new Intl.NumberFormat('en', { maximumSignificantDigits: 2, useGrouping: false })

/** How it came to be there, where not by the rule. */
const VIAS: Readonly<Record<string, string>> = {
  header: 'named in X-Fallback',
  fallback: 'only after a failure',
}

const LANES: Readonly<Record<string, string>> = { same: 'bytes as they are', translate: 'translated' }

function keyOf(target: JsonObject): string {
  const count = numberOf(target['keys']) ?? 0
  const key = stringOf(target['key'])
  if (key === undefined) return count === 0 ? 'no key' : 'every key is used up'
  return count > 1 ? `key ${key} of ${count}` : `key ${key}`
}

function barOf({ barred, barred_ms: ms }: JsonObject): string | undefined {
  const left = numberOf(ms)
  if (barred === undefined) return undefined
  return left === undefined ? text(barred) : `${text(barred)} for ${seconds(left)}`
}

function clocksOf({ clocks_ms: clocks, retries, retry_policy: policy }: JsonObject): string {
  const all = Object.entries(objectOf(clocks) ?? {}).map(
    ([name, ms]) => `${name.replace('_', ' ')} ${ms === 0 ? 'off' : seconds(numberOf(ms) ?? 0)}`,
  )
  return `${all.join(', ')}; retries ${text(retries)}, ${text(policy)}`
}

function removedLine({ provider, model, removed }: JsonObject): string {
  return `    ${text(provider)}:${text(model)}  ${text(removed)}`
}

function sizeOf({ estimated_tokens: tokens, max_output: most }: JsonObject): string {
  return `about ${text(tokens)} tokens in${most === undefined ? '' : `, at most ${text(most)} out`}`
}

function needsOf({ needs }: JsonObject): string[] {
  return Object.entries(objectOf(needs) ?? {}).flatMap(([name, wanted]) => (wanted === true ? [name] : []))
}

function line(name: string, parts: readonly (string | undefined)[]): string[] {
  const said = parts.filter((part) => part !== undefined)
  return said.length === 0 ? [] : [`${name.padEnd(10)}${said.join(', ')}`]
}

function more(said: string | undefined): string[] {
  return said === undefined ? [] : [`    ${said}`]
}

function seconds(ms: number): string {
  return `${Math.round(ms / 100) / 10} s`
}

function objectsIn(value: JsonValue | undefined): readonly JsonObject[] {
  return (arrayOf(value) ?? []).filter(isObject)
}

function text(value: JsonValue | undefined): string {
  return typeof value === 'string' ? value : JSON.stringify(value ?? '')
}
