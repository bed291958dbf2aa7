import { createHash, createHmac, type Hash, type Hmac } from 'node:crypto'
import { SignatureV4 } from '@smithy/signature-v4'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { signer } from './sigv4.ts'

/** The digest in the shape Amazon's own signer wants. */
class Sha256 {
  readonly #digest: Hash | Hmac
  constructor(secret?: unknown) {
    // Its caller gives nothing, or the key as text or bytes.
    const key = secret as string | Uint8Array | undefined
    this.#digest = key === undefined ? createHash('sha256') : createHmac('sha256', key)
  }
  update(data: string | Uint8Array): void {
    this.#digest.update(data)
  }
  digest(): Promise<Uint8Array> {
    return Promise.resolve(this.#digest.digest())
  }
  reset(): void {}
}

// Amazon's signer walks dots in paths and keeps queries in an object: neither may decide here.
const word = fc
  .string({ minLength: 1, maxLength: 20, unit: 'binary' })
  .map((text) => text.toWellFormed())
  .filter((text) => text !== '__proto__' && !/^\.+$/.test(text))
const model = fc.oneof(
  fc.constantFrom(
    'anthropic.claude-3-5-sonnet-20240620-v1:0',
    'arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/a1b2',
    "it's (a) *model*!",
  ),
  word,
)
const key = fc.stringMatching(/^[A-Za-z0-9/+]{16,40}$/)
const request = fc.record({
  method: fc.constantFrom('GET', 'POST'),
  host: fc.constantFrom('bedrock-runtime.us-east-1.amazonaws.com', '127.0.0.1:8080'),
  model,
  query: fc.dictionary(word, fc.oneof(word, fc.constant('')), { maxKeys: 4 }),
  headers: fc.dictionary(fc.stringMatching(/^x-amz-[a-z]{1,8}$/), fc.stringMatching(/^[ -~]{0,20}$/), {
    maxKeys: 3,
  }),
  body: fc.oneof(fc.constant(null), word, fc.uint8Array({ maxLength: 40 })),
  accessKeyId: key,
  secretAccessKey: key,
  sessionToken: fc.option(key, { nil: undefined }),
  at: fc.integer({ min: 1_700_000_000_000, max: 1_900_000_000_000 }),
})

test('K10 a thousand requests are signed byte for byte as by Amazon’s own signer', async () => {
  const sign = signer('eu-central-1', 'bedrock')
  await fc.assert(
    fc.asyncProperty(request, async (drawn) => {
      const { method, host, headers, body, accessKeyId, secretAccessKey, sessionToken, at } = drawn
      const keys = { accessKeyId, secretAccessKey, sessionToken }
      const path = `/model/${encodeURIComponent(drawn.model)}/converse`
      const query = new URLSearchParams(drawn.query).toString()
      const sent = { method, host, headers, body, path: query === '' ? path : `${path}?${query}` }
      const ours = sign(sent, keys, at)
      const theirs = await new SignatureV4({
        credentials:
          sessionToken === undefined ? { accessKeyId, secretAccessKey } : { ...keys, sessionToken },
        region: 'eu-central-1',
        service: 'bedrock',
        sha256: Sha256,
      }).sign(
        {
          method,
          protocol: 'https:',
          hostname: host,
          path,
          query: drawn.query,
          headers: { host, ...headers },
          body: body ?? undefined,
        },
        { signingDate: new Date(at) },
      )
      for (let i = 0; i < ours.length; i += 2) expect(ours[i + 1]).toBe(theirs.headers[ours[i] ?? ''])
      expect(ours).toContain('authorization')
      expect(ours.includes('x-amz-security-token')).toBe(sessionToken !== undefined)
    }),
    { numRuns: 1000 },
  )
})

test('K10 the known answer of a fixed request', () => {
  const keys = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY' }
  const call = {
    method: 'POST',
    host: 'bedrock-runtime.us-east-1.amazonaws.com',
    path: '/model/anthropic.claude-v2%3A1/converse',
    headers: { 'content-type': 'application/json' },
    body: '{}',
  }
  const signed = signer('us-east-1', 'bedrock')(call, keys, Date.UTC(2026, 0, 2, 3, 4, 5))
  expect(signed.at(-1)).toBe(
    'AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20260102/us-east-1/bedrock/aws4_request, ' +
      'SignedHeaders=content-type;host;x-amz-content-sha256;x-amz-date, Signature=2a6a417988d1d267405044bebbad3b62090bbd926f99ba1f2da397df19c89b46',
  )
})

const keysWith = (secretAccessKey: string) => ({ accessKeyId: 'a', secretAccessKey })

test('the kept key is not used for another day or another secret', () => {
  const sign = signer('us-east-1', 'bedrock')
  const call = { method: 'GET', host: 'h', path: '/', headers: {}, body: null }
  const day = 24 * 3600_000
  const at = Date.UTC(2026, 0, 2)
  const signatures = [
    sign(call, keysWith('one'), at),
    sign(call, keysWith('two'), at),
    sign(call, keysWith('one'), at + day),
    sign(call, keysWith('one'), at),
  ].map((headers) => headers.at(-1))
  expect(new Set(signatures).size).toBe(3)
  expect(signatures[3]).toBe(signatures[0])
})
