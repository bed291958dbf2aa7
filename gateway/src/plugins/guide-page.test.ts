/** The guide tells the truth: its plugin runs as it stands, its hooks are the hooks there are, its built-ins too. */

import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { houses } from '../../test/house.ts'
import { loadIn } from '../../test/load-in.ts'
import { pluginFolder, withMiddleware } from '../../test/plugin.ts'
import { BUILT_IN_NAMES } from './builtin/built-ins.ts'
import { HOOKS } from './middleware-fault.ts'

const PAGE = readFileSync(new URL('../../../docs/guide/middleware.md', import.meta.url), 'utf8')
const house = houses()
const folder = pluginFolder()

test('its plugin runs as it stands', async () => {
  const [, text = ''] = /```js\n(\/\/ polite\.mjs\n[^`]*(?:`[^`]+`[^`]*)*?)```/.exec(PAGE) ?? []
  const module = folder().write('polite.mjs', text)
  const simulator = await house.simulator()
  const baseUrl = simulator.script('guide', { kind: 'answer', text: 'Hey you' })
  const gateway = await house.open({
    providers: [{ name: 'p', baseUrl }],
    config: withMiddleware({ module, where: 'the guide', options: {} }),
  })
  for (const stream of [false, true]) {
    const body = { model: 'm', stream, messages: [{ role: 'user', content: 'Hi' }] }
    const answer = await fetch(`${gateway.url}/v1/chat/completions`, {
      method: 'POST',
      body: JSON.stringify(body),
    })
    expect(answer.headers.get('x-polite')).toBe('yes, says p')
    expect(await answer.text()).toContain('Good day')
    expect(simulator.requestsTo('guide').at(-1)?.body).toContain('Be polite.')
  }
})

/** First cells of a table. */
function cells(heading: string): string[] {
  const table = PAGE.split('\n\n').find((block) => block.startsWith(`| ${heading} `)) ?? ''
  return [...table.matchAll(/^\| `(\w+)/gm)].map(([, name = '']) => name)
}

describe('it names', () => {
  test('every hook, and no other', () => {
    expect(cells('hook').toSorted()).toEqual(HOOKS.toSorted())
  })

  test('every field of the configuration, each of which is read', () => {
    expect(cells('field').toSorted()).toEqual([
      'enabled',
      'hook_timeout',
      'models',
      'module',
      'options',
      'providers',
      'use',
    ])
    const { plugins } = loadIn({
      files: {
        'sluice.toml':
          '[[middleware]]\nuse = "headers"\noptions = { answer = { x = "${WORD}" } }\nproviders = ["P"]\nmodels = ["m*"]\nhook_timeout = 2\nenabled = true\n[[middleware]]\nmodule = "some-package"\n[[middleware]]\nuse = "headers"\nenabled = false\n',
      },
      env: { WORD: 'y' },
    })
    expect(plugins?.hookTimeoutMs).toBe(5000)
    expect(plugins?.middleware).toEqual([
      {
        use: 'headers',
        where: 'sluice.toml:1',
        options: { answer: { x: 'y' } },
        providers: ['p'],
        models: ['m*'],
        hookTimeoutMs: 2000,
      },
      { module: 'some-package', where: 'sluice.toml:1', options: {} },
    ])
  })

  test('every built-in one', () => {
    const headings = [...PAGE.matchAll(/^### (\S+)$/gm)].map(([, name = '']) => name)
    expect(headings.toSorted()).toEqual([...BUILT_IN_NAMES, 'thought-signatures'].toSorted())
  })
})
