/** Row J12: modules that the configuration names; and what becomes of plugins when it changes. */

import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { loadConfig, type MiddlewareConfig, modulesNamed } from '#config'
import { typesOf } from '#plugins'
import { PRESET_FACTS } from '#providers'
import { houseConfig, houses } from '../house.ts'
import { pluginFolder, withMiddleware } from '../plugin.ts'
import { textAnswer } from './row.ts'

const house = houses()
const folder = pluginFolder()

const ACME = `export const providerTypes = [
  { name: 'acme', title: 'Acme', dialect: 'anthropic', baseUrl: 'https://acme.example', auth: 'x-api-key', needsKey: true },
]`

function ask(url: string, fields: object = {}): Promise<Response> {
  const body = { model: 'm', messages: [{ role: 'user', content: 'Hi' }], ...fields }
  return fetch(`${url}/v1/chat/completions`, { method: 'POST', body: JSON.stringify(body) })
}

test('J12 a type that a module brings is one like any other, from the file to the wire', async () => {
  const simulator = await house.simulator()
  const plugins = folder()
  const module = plugins.write('acme.mjs', ACME)
  const baseUrl = simulator.script('j12', textAnswer('from acme'))
  const file = plugins.write(
    'sluice.toml',
    `[plugins]\nmodules = ["./acme.mjs"]\n[providers.mine]\ntype = "acme"\napi_key = "k-1"\nbase_url = "${baseUrl}"\n`,
  )
  const options = { env: {}, cwd: '/', flags: { config: file } }
  const named = modulesNamed({ ...options, presets: PRESET_FACTS })
  expect(named).toEqual([{ module, where: `${file}:2` }])
  const config = loadConfig({ ...options, presets: [...PRESET_FACTS, ...(await typesOf(named))] })
  expect(config.warnings).toEqual([])
  const gateway = await house.open({
    providers: config.providers,
    config: { plugins: config.plugins ?? NONE },
  })
  expect(await (await ask(gateway.url)).text()).toContain('from acme')
  const asked = simulator.requestsTo('j12').find(({ method }) => method === 'POST')
  expect([asked?.path, asked?.headers['x-api-key']]).toEqual(['/script/j12/v1/messages', 'k-1'])
})

const NONE = { modules: [], middleware: [], hookTimeoutMs: 0 }

test('J12 without its module a type is unknown', () => {
  const plugins = folder()
  const file = plugins.write('sluice.toml', '[providers.mine]\ntype = "acme"\napi_key = "k"\n')
  expect(() => loadConfig({ env: {}, cwd: '/', flags: { config: file }, presets: PRESET_FACTS })).toThrow(
    '"acme" is no type this version knows',
  )
})

test('J12 a type whose record has changed is taken with the next configuration', async () => {
  const simulator = await house.simulator()
  const plugins = folder()
  const at = (module: string) =>
    houseConfig({
      providers: [{ name: 'p', type: 'acme', baseUrl: simulator.script('j12-changed', textAnswer()) }],
      config: { plugins: { ...NONE, modules: [{ module, where: 'a test' }] } },
    })
  const first = at(plugins.write('one.mjs', ACME))
  const gateway = await house.open({ providers: first.providers, config: { plugins: first.plugins ?? NONE } })
  await ask(gateway.url)
  await gateway.configure(at(plugins.write('two.mjs', ACME.replace('anthropic', 'openai-chat'))))
  await ask(gateway.url)
  const paths = simulator.requestsTo('j12-changed').filter(({ method }) => method === 'POST')
  expect(paths.map(({ path }) => path)).toEqual([
    '/script/j12-changed/v1/messages',
    '/script/j12-changed/chat/completions',
  ])
})

describe('J12 a module that lacks the contract is refused with its place and the reason', () => {
  test.each([
    ['nothing.mjs', '', 'exports neither "middleware", a function, nor "providerTypes", a list'],
    ['number.mjs', 'export const middleware = 5', 'exports a "middleware" that is no function'],
    ['record.mjs', 'export const providerTypes = {}', 'exports "providerTypes" that are no list'],
    ['name.mjs', ACME.replace("'acme'", "'Acme AI'"), 'without a "name"'],
    ['dialect.mjs', ACME.replace("'anthropic'", "'klingon'"), 'whose "dialect" is none of openai-chat'],
    ['auth.mjs', ACME.replace("'x-api-key'", "'query'"), 'whose "auth" is none of'],
    ['url.mjs', ACME.replace('https:', 'file:'), 'whose "baseUrl" is no http or https URL'],
    ['key.mjs', ACME.replace('needsKey: true', 'x: 1'), 'without "needsKey"'],
    ['syntax.mjs', 'export const = 1', 'cannot be loaded'],
    ['throws.mjs', `throw new Error('no luck')`, 'cannot be loaded: no luck'],
  ])('%s', async (name, text, reason) => {
    const module = folder().write(name, text)
    const refusal = await typesOf([{ module, where: 'sluice.toml:3' }]).then(() => 'taken', String)
    expect(refusal).toContain(`sluice.toml:3: the plugin ${module} `)
    expect(refusal).toContain(reason)
  })

  test('a file that is not there', async () => {
    const module = join('/nowhere', 'at-all.mjs')
    await expect(typesOf([{ module, where: 'x' }])).rejects.toThrow(`the plugin ${module} cannot be loaded`)
  })

  test.each([
    [`return undefined`, 'its "middleware" made no middleware'],
    [`return {}`, 'a middleware has no "name"'],
    [
      `return { name: 'm', role: 'boss' }`,
      'the middleware "m" has a "role" other than steering and observing',
    ],
    [`return { name: 'm', request: 5 }`, 'the middleware "m" has a "request" that is no function'],
    [`throw new Error('bad options')`, 'a middleware cannot be made: bad options'],
  ])('a middleware: %s', async (body, reason) => {
    const one = folder().middleware('m', body)
    await expect(house.open({ providers: [{ name: 'p' }], config: withMiddleware(one) })).rejects.toThrow(
      `a test: ${reason}`,
    )
  })

  test('a type that two modules bring', async () => {
    const plugins = folder()
    const modules = ['a.mjs', 'b.mjs'].map((name) => ({ module: plugins.write(name, ACME), where: 'x' }))
    await expect(typesOf(modules)).rejects.toThrow('brings the provider type "acme" once more')
  })
})

const LIVES = `return {
  name: options.name,
  initialize() { if (options.fails) throw new Error('not today'); tell(options.name, 'init') },
  cleanup: () => tell(options.name, 'cleanup'),
  complete: () => tell(options.name, 'complete'),
}`

async function opened() {
  const simulator = await house.simulator()
  const plugins = folder()
  const named = (name: string, more = {}) => plugins.middleware(name, LIVES, { options: { name, ...more } })
  const baseUrl = simulator.script('changing', { kind: 'answer', text: 'one two three', gapMs: 40 })
  const providers = [{ name: 'p', baseUrl }]
  const keeps = named('keeps')
  const gateway = await house.open({ providers, config: withMiddleware(keeps, named('goes')) })
  const at = (...more: readonly MiddlewareConfig[]) =>
    houseConfig({ providers, config: withMiddleware(keeps, ...more) })
  return { plugins, gateway, named, at }
}

describe('a configuration that changes', () => {
  test('initialises what is new before it holds, keeps what stays, and cleans up what is left once nobody uses it', async () => {
    const { plugins, gateway, named, at } = await opened()
    const running = await ask(gateway.url, { stream: true })
    await gateway.configure(at(named('comes')))
    expect(plugins.journal()).toEqual(['keeps init', 'goes init', 'comes init'])
    expect(await running.text()).toContain('three')
    await expect
      .poll(() => plugins.journal().slice(3))
      .toEqual(['goes complete', 'keeps complete', 'goes cleanup'])
    await (await ask(gateway.url)).text()
    expect(plugins.journal().slice(6)).toEqual(['comes complete', 'keeps complete'])
    await gateway.close()
    expect(plugins.journal().slice(8)).toEqual(['comes cleanup', 'keeps cleanup'])
  })

  test('and brings one that fails to initialise changes nothing', async () => {
    const { plugins, gateway, named, at } = await opened()
    await expect(gateway.configure(at(named('new'), named('bad', { fails: true })))).rejects.toThrow(
      'the middleware "bad" failed to initialize: not today',
    )
    expect(plugins.journal()).toEqual(['keeps init', 'goes init', 'new init', 'new cleanup'])
    expect((await ask(gateway.url)).status).toBe(200)
    expect(plugins.journal().slice(4)).toEqual(['goes complete', 'keeps complete'])
    await gateway.close()
    expect(plugins.journal().slice(6)).toEqual(['goes cleanup', 'keeps cleanup'])
  })

  test('twice at once ends with the last, and cleans up the first', async () => {
    const { plugins, gateway, named, at } = await opened()
    await Promise.all([gateway.configure(at(named('a'))), gateway.configure(at(named('b')))])
    await ask(gateway.url)
    expect(plugins.journal()).toContain('b complete')
    await gateway.close()
    const counts = (word: string) =>
      plugins
        .journal()
        .filter((line) => line.endsWith(word))
        .toSorted()
    expect(counts('init')).toEqual(['a init', 'b init', 'goes init', 'keeps init'])
    expect(counts('cleanup')).toEqual(['a cleanup', 'b cleanup', 'goes cleanup', 'keeps cleanup'])
  })
})
