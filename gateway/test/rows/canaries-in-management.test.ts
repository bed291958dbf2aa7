/** Row F10 and law 9: whatever is said to management, and whatever lies in the files, no canary comes out. */

import { expect, test } from 'vitest'
import { ADMIN, cages, Ears, FILE, listener, secret, SHOWN } from './canary-cage.ts'

const { open } = cages()

test(
  'F10 no canary sings in management, whatever is said and whatever lies in the files',
  { timeout: 60_000 },
  async () => {
    const { gate, file } = await open(() => ({ kind: 'answer', text: 'Hi.' }))
    const ears = new Ears()
    const asAdmin = listener(ears, gate, ADMIN)
    const asNobody = listener(ears, gate, {})
    for (const [name, entry] of Object.entries(file.providers)) {
      const { type: provider_type, ...fields } = entry
      for (const ask of [asAdmin, asNobody]) {
        await ask('POST', '/api/providers/register', { ...fields, provider_type, name: `${name}-2` })
        await ask('POST', '/api/providers/register?persist=true', {
          ...fields,
          provider_type,
          name: `${name}-3`,
        })
        await ask('PATCH', `/api/providers/${name}`, fields)
        await ask('PATCH', `/api/providers/${name}?persist=true`, { ...fields, priority: 3 })
        for (const [field, value] of Object.entries(fields)) {
          // In another field, in a wrong shape, with a character that no header takes.
          await ask('PATCH', `/api/providers/${name}`, { priority: value })
          await ask('PATCH', `/api/providers/${name}`, { type: value })
          await ask('PATCH', `/api/providers/${name}`, { default_model: { deep: value } })
          await ask('PATCH', `/api/providers/${name}`, { [field]: [[value]] })
          await ask('PATCH', `/api/providers/${name}`, { [field]: { odd: value } })
          if (field !== 'default_model')
            await ask('PATCH', `/api/providers/${name}`, { [field]: `${secret(field)}\n` })
          await ask('PATCH', `/api/providers/${name}`, {
            base_url: `http://${secret('user')}:${secret('pw')}@x.example`,
          })
          await ask('PATCH', `/api/providers/${name}`, {
            base_url: `ftp://x.example/?key=${secret('query')}`,
          })
          await ask('PUT', `/api/providers/${name}/toggle`, { enabled: value })
        }
        await ask('POST', `/api/providers/${name}/test`)
      }
    }
    await asAdmin('POST', '/api/providers/register', {
      provider_type: secret('type'),
      name: 'x',
      api_key: secret('key'),
    })
    await asAdmin('GET', '/api/config/diff')
    const shown = (await asAdmin('GET', '/api/config/providers')).json
    await asAdmin('PUT', '/api/config/providers', shown)
    await asAdmin('PUT', '/api/config/providers', { ...shown, proxy_api_key: [secret('gate')] })
    await asAdmin('PUT', '/api/config/providers', { ...shown, server: secret('misplaced') })
    for (const path of SHOWN) await asAdmin('GET', path)
    const text = JSON.stringify(file)
    for (const broken of [
      text.slice(0, -1),
      text.replace('"providers"', `"api_key": ${secret('bare')}, "providers"`),
      text.replace('"type":"openai"', '"type":7'),
      text.replace('"aws":{', `"aws":"${secret('misplaced')}","azure":{`),
      text.replaceAll('"api_key":"', '"api-key":["'),
      text.replace(`"${secret('admin')}"`, `"${secret('admin')} with blanks"`),
      text.replace('"clients":{', `"clients":{"bob":"${secret('client-2')}",`),
      `- ${secret('yaml')}: [`,
    ]) {
      gate.write(FILE, broken)
      expect((await asAdmin('POST', '/api/config/reload')).status).toBe(400)
      await asAdmin('GET', '/api/config/diff')
      await asAdmin('GET', '/api/config/providers')
      await asAdmin('POST', `/api/providers/register?persist=true`, {
        provider_type: 'openai',
        name: 'y',
        api_key: secret('k'),
      })
      await gate.gateway.reload('SIGHUP')
    }
    gate.write(FILE, text)
    for (const [name, broken] of [
      ['sluice.toml', `proxy_api_key = "${secret('toml')}\n`],
      ['sluice.toml', `[providers.plain]\napi_key = 7\ncustom_headers = "${secret('toml')}"\n`],
      ['sluice.toml', ''],
      ['.env', `PROXY_API_KEY="${secret('env')} and more"\n`],
      ['.env', `ADMIN_API_KEY=\nPLAIN_PRIORITY=x\nPLAIN_API_KEY="${secret('env')} ü"\n`],
      ['.env', ''],
    ] as const) {
      gate.write(name, broken)
      await asAdmin('POST', '/api/config/reload')
      await asAdmin('GET', '/api/config/diff')
      await asAdmin('POST', '/api/config/rollback')
    }
    ears.hear('log', await gate.logged())
    expect(ears.count).toBeGreaterThan(500)
    expect(ears.canaries).toEqual([])
  },
)
