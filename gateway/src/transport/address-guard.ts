/**
 * Where a connection may go, judged when it is opened and by the address that the name has then: a name that was harmless when it was
 * checked may mean something else a moment later (DNS rebinding). The addresses at which clouds tell machines their credentials are never
 * connected to.
 */

import { lookup as systemLookup } from 'node:dns'
import { lookup as resolve } from 'node:dns/promises'
import { BlockList, isIP, isIPv6, type LookupFunction } from 'node:net'
import { GatewayError } from '#core'

export interface GuardRules {
  /** Whether private networks are off limits too, because the address came in through the API. */
  readonly strict: boolean
  /** Networks (`10.0.0.0/8`) and names that are let through all the same; `*` is all. */
  readonly allowed: readonly string[]
}

/** Amazon, Google, Azure, Oracle and others; Alibaba; Amazon over IPv6; Amazon's containers. */
const METADATA = blockList(['169.254.0.0/16', '100.100.100.200/32', 'fd00:ec2::/32', 'fe80::/10'])
const METADATA_NAMES = /^(?:metadata|instance-data)(?:\.|$)|\.internal\.cloudapp\.net$/i

const PRIVATE = blockList([
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '224.0.0.0/3',
  '::/128',
  'fc00::/7',
  'ff00::/8',
])

export interface AddressGuard {
  /** Why there may be no connection to this host; undefined when there may. Only what can be told without asking for its address. */
  refusal(host: string): GatewayError | undefined
  /** Why there may be no connection to this address of the host. */
  refusalOf(host: string, address: string): GatewayError | undefined
}

/** Throws `invalid-request` for a network that is none. */
export function addressGuard({ strict, allowed }: GuardRules): AddressGuard {
  const networks = allowed.filter((item) => item.includes('/') || isIP(item) !== 0)
  const names = new Set(allowed.map((item) => item.toLowerCase()))
  const free = blockList(
    networks.map((item) => (item.includes('/') ? item : `${item}/${isIPv6(item) ? 128 : 32}`)),
  )
  const refusalOf = (host: string, address: string): GatewayError | undefined => {
    if (isIn(METADATA, address)) return refusedForGood(host)
    if (!strict || names.has('*') || names.has(host.toLowerCase()) || isIn(free, address)) return undefined
    return isIn(PRIVATE, address) ? refused(host) : undefined
  }
  return {
    refusalOf,
    refusal(host) {
      if (METADATA_NAMES.test(host)) return refusedForGood(host)
      const address = host.replace(/^\[(.*)\]$/, '$1')
      return isIP(address) === 0 ? undefined : refusalOf(host, address)
    },
  }
}

/** Why there may be no connection to what this name means now. A name that means nothing yet is refused when it is called, if at all. */
export async function refusalNow(guard: AddressGuard, host: string): Promise<GatewayError | undefined> {
  const told = guard.refusal(host)
  if (told !== undefined) return told
  const found = await resolve(host, { all: true }).catch(() => [])
  return found.map(({ address }) => guard.refusalOf(host, address)).find(Boolean)
}

/** Node's own look-up, of whose answers one that is off limits spoils all: a name has no business having both. */
export function lookUpUnder(guard: AddressGuard): LookupFunction {
  return (host, options, callback): void => {
    systemLookup(host, { ...options, all: true }, (error, found) => {
      if (error !== null) return callback(error, '')
      const refusal = found.map(({ address }) => guard.refusalOf(host, address)).find(Boolean)
      if (refusal !== undefined) return callback(notConnected(refusal), '')
      if (options.all === true) return callback(null, found)
      const [first] = found
      return first === undefined
        ? callback(new Error(`no address of ${host}`), '')
        : callback(null, first.address, first.family)
    })
  }
}

/** Found out only now: the request may be well, and another provider may do. */
export function notConnected({ message, facts }: GatewayError): GatewayError {
  return new GatewayError('connection', message, facts)
}

function blockList(networks: readonly string[]): BlockList {
  const list = new BlockList()
  for (const network of networks) {
    const [address = '', bits = ''] = network.split('/')
    try {
      list.addSubnet(address, Number(bits), isIPv6(address) ? 'ipv6' : 'ipv4')
    } catch {
      throw new GatewayError('invalid-request', `"${network}" is no network such as 10.0.0.0/8.`)
    }
  }
  return list
}

function isIn(list: BlockList, address: string): boolean {
  // IPv4 in the clothes of IPv6.
  const plain = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1] ?? address.replace(/%.*$/, '')
  return list.check(plain, isIPv6(plain) ? 'ipv6' : 'ipv4')
}

function refusedForGood(host: string): GatewayError {
  return new GatewayError(
    'invalid-request',
    `"${host}" is an address at which clouds tell machines their credentials: no provider may be there.`,
    { code: 'address_not_allowed' },
  )
}

function refused(host: string): GatewayError {
  return new GatewayError(
    'invalid-request',
    `"${host}" is an address that no provider may have here. UPSTREAM_ALLOW lets networks and names through.`,
    { code: 'address_not_allowed' },
  )
}
