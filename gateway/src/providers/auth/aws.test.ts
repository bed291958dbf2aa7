import { afterEach, expect, test, vi } from 'vitest'
import { tokenServers } from '../../../test/token-server.ts'
import { VirtualClock } from '../../../test/virtual-clock.ts'
import { awsAuthorize, awsKeys } from './aws.ts'

const open = tokenServers()
afterEach(() => vi.unstubAllEnvs())

const DRAFT = { method: 'POST', path: '/model/m/converse', body: '{}', key: undefined }
const CHAINED = { accessKeyId: 'ASIAEXAMPLE', secretAccessKey: 'chain-secret', sessionToken: 'chain-token' }
const TARGET = { host: 'h.example', region: 'us-east-1' }

test('G26 fixed keys sign at once; a Bedrock key is left to stand alone', () => {
  const keys = awsKeys(
    { accessKeyId: 'AK', secretAccessKey: 'sk', sessionToken: 'st' },
    'us-east-1',
    new VirtualClock(),
  )
  const authorize = awsAuthorize(TARGET, keys, new VirtualClock())
  const grant = authorize(DRAFT)
  expect(grant).not.toBeInstanceOf(Promise)
  expect(grant).toMatchObject({ secrets: ['AK', 'sk', 'st'] })
  expect(authorize({ ...DRAFT, key: 'bedrock-key' })).toEqual({ headers: [], secrets: [] })
})

test('without keys AWS’s own chain is asked, once, and its answer is kept', async () => {
  const server = await open(() => ({
    json: {
      AccessKeyId: 'ASIAEXAMPLE',
      SecretAccessKey: 'chain-secret',
      Token: 'chain-token',
      Expiration: new Date(Date.now() + 3600_000).toISOString(),
    },
  }))
  vi.stubEnv('AWS_CONTAINER_CREDENTIALS_FULL_URI', `${server.url}/creds`)
  vi.stubEnv('AWS_CONTAINER_AUTHORIZATION_TOKEN', 'pod-token')
  for (const name of [
    'AWS_ACCESS_KEY_ID',
    'AWS_SECRET_ACCESS_KEY',
    'AWS_PROFILE',
    'AWS_WEB_IDENTITY_TOKEN_FILE',
  ])
    vi.stubEnv(name, undefined)
  vi.stubEnv('AWS_CONFIG_FILE', '/nonexistent')
  vi.stubEnv('AWS_SHARED_CREDENTIALS_FILE', '/nonexistent')
  const clock = new VirtualClock()
  const keys = awsKeys({}, 'us-east-1', { ...bound(clock), wall: () => Date.now() })
  expect(await Promise.all([keys(), keys()])).toEqual([CHAINED, CHAINED])
  expect(keys()).not.toBeInstanceOf(Promise)
  expect(server.asked).toHaveLength(1)
  expect(server.asked[0]?.headers['authorization']).toBe('pod-token')
})

test('a missing package is named, with how to get it', async () => {
  const missing = 'no-such-package-here'
  const keys = awsKeys({}, 'us-east-1', new VirtualClock(), () => import(missing))
  await expect(keys()).rejects.toMatchObject({
    type: 'provider-authentication',
    message: expect.stringContaining('npm install @aws-sdk/credential-provider-node'),
  })
})

/** A chain that does this when asked. */
const chain = (find: () => Promise<never>) => () => Promise.resolve({ defaultProvider: () => find })
const outcome = (promise: unknown): Promise<unknown> =>
  Promise.resolve(promise).catch((error: unknown) => error)

test('what a failing chain says is not passed on', async () => {
  const failing = chain(() =>
    Promise.reject(Object.assign(new Error('secret=hush-hush'), { name: 'CredentialsProviderError' })),
  )
  const failed = await outcome(awsKeys({}, 'us-east-1', new VirtualClock(), failing)())
  expect(failed).toMatchObject({
    type: 'provider-authentication',
    message: expect.stringContaining('CredentialsProviderError'),
  })
  expect(String(failed) + JSON.stringify(failed)).not.toContain('hush-hush')
})

test('a chain that never ends is given up', async () => {
  const clock = new VirtualClock()
  const endless = chain(() => new Promise<never>(() => {}))
  const waiting = outcome(awsKeys({}, 'us-east-1', clock, endless)())
  clock.advance(15_000)
  expect(await waiting).toMatchObject({ type: 'timeout' })
})

function bound(clock: VirtualClock) {
  return { now: () => clock.now(), wall: () => clock.wall(), timer: clock.timer.bind(clock) }
}
