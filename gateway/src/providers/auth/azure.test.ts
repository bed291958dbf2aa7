import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { fetchText } from '#transport'
import { tokenServers } from '../../../test/token-server.ts'
import { VirtualClock } from '../../../test/virtual-clock.ts'
import { azureAuthorize } from './azure.ts'

const open = tokenServers()
const DRAFT = { method: 'POST', path: '/', body: '{}', key: undefined }
/** What it gives, or what it fails with. */
const outcome = (promise: unknown): Promise<unknown> =>
  Promise.resolve(promise).catch((error: unknown) => error)

const TOKEN = { access_token: 'entra-token', expires_in: 3600 }
const GRANT = { headers: ['authorization', 'Bearer entra-token'], secrets: ['entra-token'] }

test('an application’s secret goes into the form, never into the URL, and the token is kept', async () => {
  const server = await open(() => ({ json: TOKEN }))
  const clock = new VirtualClock()
  const settings = { tenantId: 't1', clientId: 'c1', clientSecret: 'app-secret', authority: server.url }
  const authorize = azureAuthorize(settings, clock, fetchText)
  expect(await Promise.all([authorize(DRAFT), authorize(DRAFT)])).toEqual([GRANT, GRANT])
  expect(authorize(DRAFT)).toEqual(GRANT)
  expect(server.asked).toHaveLength(1)
  const [asked] = server.asked
  expect(asked?.url).toBe('/t1/oauth2/v2.0/token')
  expect(Object.fromEntries(new URLSearchParams(asked?.body))).toEqual({
    client_id: 'c1',
    client_secret: 'app-secret',
    scope: 'https://cognitiveservices.azure.com/.default',
    grant_type: 'client_credentials',
  })
})

test('a federated token is read from its file each time', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-token-'))
  try {
    const federatedTokenFile = join(folder, 'token')
    writeFileSync(federatedTokenFile, 'first.jwt\n')
    const server = await open(() => ({ json: { ...TOKEN, expires_in: 1 } }))
    const settings = { tenantId: 't', clientId: 'c', federatedTokenFile, authority: server.url }
    const authorize = azureAuthorize(settings, new VirtualClock(), fetchText)
    await authorize(DRAFT)
    writeFileSync(federatedTokenFile, 'second.jwt')
    await authorize(DRAFT)
    const sent = server.asked.map(({ body }) => new URLSearchParams(body).get('client_assertion'))
    expect(sent).toEqual(['first.jwt', 'second.jwt'])
  } finally {
    rmSync(folder, { recursive: true })
  }
})

test('a managed identity is asked with its header', async () => {
  const server = await open(() => ({ json: { access_token: 'entra-token', expires_on: '99999999999' } }))
  const settings = { identityEndpoint: `${server.url}/msi`, identityHeader: 'msi-secret', clientId: 'who' }
  const authorize = azureAuthorize(settings, new VirtualClock(), fetchText)
  expect(await authorize(DRAFT)).toEqual(GRANT)
  expect(server.asked[0]?.headers['x-identity-header']).toBe('msi-secret')
  const url = new URL(server.asked[0]?.url ?? '', server.url)
  expect(Object.fromEntries(url.searchParams)).toEqual({
    'api-version': '2019-08-01',
    resource: 'https://cognitiveservices.azure.com',
    client_id: 'who',
  })
})

test('a call that has a key asks nobody', () => {
  const authorize = azureAuthorize({}, new VirtualClock(), () => Promise.reject(new Error('asked')))
  expect(authorize({ ...DRAFT, key: 'k' })).toEqual({ headers: [], secrets: [] })
})

test('a refusal says Entra’s number and no secret', async () => {
  const server = await open(() => ({
    status: 401,
    json: { error: 'invalid_client', error_description: 'AADSTS7000215: Invalid secret app-secret-1 given.' },
  }))
  const settings = { tenantId: 't', clientId: 'c', clientSecret: 'app-secret-1', authority: server.url }
  const failed = await outcome(azureAuthorize(settings, new VirtualClock(), fetchText)(DRAFT))
  expect(failed).toMatchObject({ type: 'provider-authentication' })
  expect(String(failed)).toContain('AADSTS7000215')
  expect(JSON.stringify(failed) + String(failed)).not.toContain('app-secret-1')
})

test('a token server that never answers is given up in bounded time', async () => {
  const server = await open(() => ({ silent: true }))
  const clock = new VirtualClock()
  const settings = { tenantId: 't', clientId: 'c', clientSecret: 's', authority: server.url }
  const waiting = outcome(azureAuthorize(settings, clock, fetchText)(DRAFT))
  await expect.poll(() => server.asked.length).toBe(1)
  clock.advance(10_000)
  expect(await waiting).toMatchObject({ type: 'timeout' })
})
