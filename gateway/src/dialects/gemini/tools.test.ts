/** Tools and the choice among them. */

import { expect, test } from 'vitest'
import type { Note, Tool } from '#core'
import { decoded, sent, throughRequest } from './fixture.contract.ts'

const F: Tool = {
  type: 'function',
  name: 'f',
  parameters: { type: 'object', properties: { a: { type: 'string' } } },
}

test('pitfall 202 no tool may be called: mode NONE, and the tools stay', () => {
  const body = sent({ tools: [F], toolChoice: { type: 'none' } })
  expect(body['toolConfig']).toEqual({ functionCallingConfig: { mode: 'NONE' } })
  expect(body['tools']).toHaveLength(1)
})

const choice = (toolChoice: NonNullable<Parameters<typeof sent>[0]['toolChoice']>) =>
  sent({ tools: [F], toolChoice })['toolConfig']

test('pitfall 203 some tool is ANY, a certain one ANY with its name', () => {
  expect(choice({ type: 'required' })).toEqual({ functionCallingConfig: { mode: 'ANY' } })
  expect(choice({ type: 'tool', name: 'f' })).toEqual({
    functionCallingConfig: { mode: 'ANY', allowedFunctionNames: ['f'] },
  })
  expect(choice({ type: 'auto' })).toEqual({ functionCallingConfig: { mode: 'AUTO' } })
  expect(sent({ toolChoice: { type: 'required' } })).not.toHaveProperty('toolConfig')
})

test('choices of this dialect alone are understood as the nearest and kept', () => {
  const tools = [{ functionDeclarations: [{ name: 'f' }] }]
  for (const config of [
    { functionCallingConfig: { mode: 'VALIDATED' } },
    { functionCallingConfig: { mode: 'ANY', allowedFunctionNames: ['f', 'g'] } },
    { functionCallingConfig: { mode: 'AUTO' }, retrievalConfig: { languageCode: 'de' } },
  ]) {
    expect(throughRequest({ tools, toolConfig: config })['toolConfig']).toEqual(config)
  }
  expect(
    decoded({
      tools,
      toolConfig: { functionCallingConfig: { mode: 'ANY', allowedFunctionNames: ['f', 'g'] } },
    }).toolChoice,
  ).toEqual({ type: 'required', allowed: ['f', 'g'] })
})

test('pitfall 208 a function without properties has no parameters', () => {
  for (const parameters of [
    { type: 'object', properties: {} },
    { type: 'object', additionalProperties: false },
  ]) {
    expect(sent({ tools: [{ type: 'function', name: 'f', parameters }] })['tools']).toEqual([
      { functionDeclarations: [{ name: 'f' }] },
    ])
  }
})

test('pitfall 153 a schema is lowered and its losses are told', () => {
  const notes: Note[] = []
  const parameters = {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    type: 'object',
    properties: { n: { type: 'integer', exclusiveMinimum: 0, multipleOf: 2 } },
    additionalProperties: false,
  }
  expect(sent({ tools: [{ type: 'function', name: 'f', parameters }] }, {}, notes)['tools']).toEqual([
    {
      functionDeclarations: [
        {
          name: 'f',
          parameters: {
            type: 'OBJECT',
            properties: { n: { type: 'INTEGER', minimum: 1, description: '(multipleOf: 2)' } },
          },
        },
      ],
    },
  ])
  expect(notes).toMatchObject([{ kind: 'changed', field: 'tools[].parameters.multipleOf' }])
})

test('pitfall 157 a function of this dialect reads as JSON Schema elsewhere and goes back as it came', () => {
  const parameters = {
    type: 'OBJECT',
    properties: { a: { type: 'STRING', nullable: true } },
    propertyOrdering: ['a'],
  }
  const wire = {
    tools: [{ functionDeclarations: [{ name: 'f', description: 'd', parameters, behavior: 'BLOCKING' }] }],
  }
  expect(decoded(wire).tools?.[0]?.parameters).toEqual({
    type: 'object',
    properties: { a: { type: ['string', 'null'] } },
  })
  expect(throughRequest(wire)['tools']).toEqual(wire.tools)
})

test('pitfall 211 tools the provider runs go back to this dialect alone', () => {
  const notes: Note[] = []
  const tools = [{ googleSearch: {} }, { codeExecution: {} }]
  expect(throughRequest({ tools })['tools']).toEqual(tools)
  const foreign: Tool = {
    type: 'function',
    name: 'web',
    native: { type: 'native', dialect: 'anthropic', value: {} },
  }
  expect(() => sent({ tools: [foreign] }, {}, notes)).toThrow(/tools\.web/)
  expect(sent({ tools: [F, foreign] }, {}, notes)['tools']).toMatchObject([
    { functionDeclarations: [{ name: 'f' }] },
  ])
  expect(notes).toMatchObject([{ kind: 'unsupported', field: 'tools.web' }])
})

test('strictness has no place and is told', () => {
  const notes: Note[] = []
  sent({ tools: [{ ...F, strict: true }] }, {}, notes)
  expect(notes).toMatchObject([{ kind: 'dropped', field: 'tools[].strict' }])
})
