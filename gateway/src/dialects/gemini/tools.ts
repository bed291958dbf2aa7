/** Tools a model may call, provider-run tools, and which of them it must use. */

import { isObject, stringOf } from '#core'
import type { ChatRequest, JsonDraft, JsonObject, JsonValue, Tool, ToolChoice } from '#core'
import { lowerToOpenApi, raiseFromOpenApi } from '../json-schema/index.ts'
import type { EncodeContext } from '../dialect.ts'
import { decodeSearch, encodeSearch } from './web-search.ts'
import { camelAt, compact, fieldSet, markOf, objectsOf, ownOf, restOf, withRest } from './wire.ts'

const DECLARATION = fieldSet('name description parameters parametersJsonSchema')

export function decodeTools(wire: JsonValue | undefined): Tool[] {
  return objectsOf(wire).flatMap(({ functionDeclarations, ...own }) => [
    ...objectsOf(functionDeclarations).map(decodeDeclaration),
    ...Object.entries(own).flatMap(([name, value]) => (value === null ? [] : [nativeTool(name, value)])),
  ])
}

/** A tool the provider runs; its kind is its key. */
function nativeTool(name: string, value: JsonValue): Tool {
  const search = decodeSearch(name, value)
  return {
    type: 'function',
    name,
    native: { type: 'native', dialect: 'gemini', value: { [name]: value } },
    ...(search === undefined ? {} : { search }),
  }
}

function decodeDeclaration(wire: JsonObject): Tool {
  const description = stringOf(wire['description'])
  const plain = wire['parametersJsonSchema']
  const own = wire['parameters']
  const parameters = isObject(plain) ? plain : isObject(own) ? raiseFromOpenApi(own) : undefined
  const mark = isObject(plain) ? { '~plain': true } : isObject(own) ? { '~parameters': own } : undefined
  return {
    type: 'function',
    name: stringOf(wire['name']) ?? '',
    ...(description === undefined ? {} : { description }),
    ...(parameters === undefined ? {} : { parameters }),
    ...withRest(restOf(wire, DECLARATION), mark),
  }
}

export function encodeTools(tools: readonly Tool[], context: EncodeContext): JsonDraft[] {
  const declarations: JsonDraft[] = []
  const others: JsonDraft[] = []
  for (const tool of tools) {
    if (tool.native?.dialect === 'gemini') others.push({ ...tool.native.value })
    else if (tool.search !== undefined) others.push(encodeSearch(tool, tool.search, context))
    else declarations.push(encodeDeclaration(tool, context))
  }
  if (tools.some((tool) => tool.strict))
    context.note({ kind: 'dropped', field: 'tools[].strict', reason: 'functions cannot be strict here' })
  return [...(declarations.length === 0 ? [] : [{ functionDeclarations: declarations }]), ...others]
}

function encodeDeclaration(tool: Tool, context: EncodeContext): JsonDraft {
  return {
    ...compact({
      name: tool.name,
      description: tool.description,
    }),
    ...encodeParameters(tool, context),
    ...ownOf(tool),
  }
}

function encodeParameters(tool: Tool, context: EncodeContext): JsonDraft {
  const { parameters } = tool
  const own = markOf(tool, '~parameters')
  if (isObject(own)) return { parameters: own }
  const plain = markOf(tool, '~plain') === true && context.traits.jsonSchema !== false
  if (plain && parameters !== undefined) return { parametersJsonSchema: parameters }
  // An object without properties is refused; no parameters say the same.
  if (parameters === undefined || isEmptyObject(parameters)) return {}
  if (context.traits.jsonSchema) return { parametersJsonSchema: parameters }
  const lost = new Set<string>()
  const lowered = lowerToOpenApi(parameters, (keyword) => lost.add(keyword))
  for (const keyword of lost) {
    const reason = 'this part of JSON Schema is not understood; the description tells it'
    context.note({ kind: 'changed', field: `tools[].parameters.${keyword}`, reason })
  }
  return { parameters: lowered }
}

function isEmptyObject(schema: JsonObject): boolean {
  if ((schema['type'] ?? 'object') !== 'object') return false
  if (['$ref', 'anyOf', 'oneOf', 'allOf'].some((key) => schema[key] !== undefined)) return false
  return [schema['properties'], schema['additionalProperties']].every(
    (members) => !isObject(members) || Object.keys(members).length === 0,
  )
}

const CALLING = fieldSet('mode allowedFunctionNames')

/** The words kept in the extras are those the neutral choice cannot hold. */
export interface DecodedChoice {
  readonly toolChoice?: ToolChoice
  readonly rest?: JsonObject
}

export function decodeToolConfig(config: JsonObject | undefined): DecodedChoice {
  if (config === undefined) return {}
  const calling = camelAt(config, 'functionCallingConfig')
  const others = restOf(config, fieldSet('functionCallingConfig'))
  if (calling === undefined) return others === undefined ? {} : { rest: others }
  const toolChoice = choiceOf(calling)
  const exact = restOf(calling, CALLING) === undefined && isExact(calling, toolChoice)
  const rest = { ...others, ...(exact ? {} : { functionCallingConfig: calling }) }
  return {
    ...(toolChoice === undefined ? {} : { toolChoice }),
    ...(Object.keys(rest).length === 0 ? {} : { rest }),
  }
}

function choiceOf(calling: JsonObject): ToolChoice | undefined {
  const names = objectNames(calling)
  switch (calling['mode']) {
    case 'AUTO':
    case 'VALIDATED':
      return { type: 'auto' }
    case 'NONE':
      return { type: 'none' }
    case 'ANY': {
      const [name] = names
      return name !== undefined && names.length === 1
        ? { type: 'tool', name }
        : { type: 'required', ...(names.length === 0 ? {} : { allowed: names }) }
    }
    default:
      return undefined
  }
}

function objectNames(calling: JsonObject): string[] {
  const names = calling['allowedFunctionNames']
  return Array.isArray(names) ? names.filter((name) => typeof name === 'string') : []
}

function isExact(calling: JsonObject, choice: ToolChoice | undefined): boolean {
  if (choice === undefined || calling['mode'] === 'VALIDATED') return false
  if (choice.type === 'tool') return objectNames(calling).length === 1
  return 'allowed' in choice || objectNames(calling).length === 0
}

/** `functionCallingConfig` and what else a client of this dialect put beside it. */
export function encodeToolConfig(request: ChatRequest, tools: readonly JsonObject[]): JsonObject | undefined {
  const own = request.extras?.gemini?.['toolConfig']
  const rest = isObject(own) ? own : {}
  const functions = tools.some((tool) => tool['functionDeclarations'] !== undefined)
  const choice = functions ? callingConfig(request.toolChoice) : undefined
  const config = { ...(choice === undefined ? {} : { functionCallingConfig: choice }), ...rest }
  return Object.keys(config).length === 0 ? undefined : config
}

function callingConfig(choice: ToolChoice | undefined): JsonObject | undefined {
  switch (choice?.type) {
    case 'auto':
      return { mode: 'AUTO' }
    case 'none':
      return { mode: 'NONE' }
    case 'required':
      return {
        mode: 'ANY',
        ...(choice.allowed === undefined ? {} : { allowedFunctionNames: choice.allowed }),
      }
    case 'tool':
      return { mode: 'ANY', allowedFunctionNames: [choice.name] }
    default:
      return undefined
  }
}
