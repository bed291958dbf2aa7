import { expect, test } from 'vitest'
import { GatewayError } from '#core'
import { addressGuard } from './address-guard.ts'
import { httpClient } from './client.ts'

const loose = addressGuard({ strict: false, allowed: [] })
const strict = addressGuard({ strict: true, allowed: [] })

const METADATA = [
  '169.254.169.254',
  '[::ffff:169.254.169.254]',
  '169.254.170.2',
  '100.100.100.200',
  '[fd00:ec2::254]',
  '[fe80::1]',
  'metadata.google.internal',
  'metadata',
]

test.each(METADATA)('%s is never connected to, whatever is allowed', (host) => {
  const all = addressGuard({ strict: true, allowed: ['*', '0.0.0.0/0', '::/0'] })
  for (const guard of [loose, strict, all])
    expect(guard.refusal(host)?.facts.code).toBe('address_not_allowed')
})

const PRIVATE = [
  '10.1.2.3',
  '172.16.0.1',
  '172.31.255.255',
  '192.168.1.1',
  '100.64.0.1',
  '0.0.0.0',
  '[fc00::1]',
]

test.each(PRIVATE)('%s is off limits to who comes through the API, unless allowed', (host) => {
  expect(loose.refusal(host)).toBeUndefined()
  expect(strict.refusal(host)).toBeInstanceOf(GatewayError)
  const address = host.replaceAll(/[[\]]/g, '')
  expect(addressGuard({ strict: true, allowed: [address] }).refusal(host)).toBeUndefined()
  expect(addressGuard({ strict: true, allowed: ['*'] }).refusal(host)).toBeUndefined()
})

test.each(['8.8.8.8', '172.32.0.1', '11.0.0.1', '127.0.0.1', '[::1]', '[2606:4700::1111]', 'api.openai.com'])(
  '%s is no private address',
  (host) => expect(strict.refusal(host)).toBeUndefined(),
)

test('a name is judged by the address it has, and a name may be allowed', () => {
  expect(strict.refusalOf('inside.example', '10.0.0.7')).toBeInstanceOf(GatewayError)
  expect(strict.refusalOf('inside.example', '::ffff:10.0.0.7')).toBeInstanceOf(GatewayError)
  const named = addressGuard({ strict: true, allowed: ['inside.example'] })
  expect(named.refusalOf('inside.example', '10.0.0.7')).toBeUndefined()
  expect(named.refusalOf('inside.example', '169.254.169.254')).toBeInstanceOf(GatewayError)
})

test('what is no network is refused', () => {
  expect(() => addressGuard({ strict: true, allowed: ['10.0.0.0/99'] })).toThrow('no network')
})

test.each([
  'http://169.254.169.254',
  'http://0xa9fea9fe',
  'http://[fd00:ec2::254]',
  'http://[::ffff:169.254.169.254]',
  'http://metadata.google.internal',
  'http://localhost',
])('a call to %s under a guard ends before there is a connection', async (origin) => {
  const guard =
    origin === 'http://localhost'
      ? { refusal: () => undefined, refusalOf: (host: string) => strict.refusalOf(host, '10.0.0.1') }
      : loose
  const client = httpClient({ origin, connectMs: 1000, guard })
  const error = await new Promise<GatewayError>((resolve) => {
    client.send(
      { method: 'GET', path: '/', headers: [], body: null },
      { onHead: () => {}, onData: () => {}, onEnd: () => {}, onError: resolve },
    )
  })
  expect([error.type, error.facts.code]).toEqual(['connection', 'address_not_allowed'])
  await client.close()
})
