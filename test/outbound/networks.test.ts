import fc from 'fast-check'
import ipaddr from 'ipaddr.js'
import { describe, expect, it } from 'vitest'
import { parseDestination } from '../../clients/outbound/destination.ts'
import { isPermitted, parseNetworks } from '../../clients/outbound/networks.ts'
import { hostileAddresses, hostileUrls } from './hostile-addresses.ts'

const address = (bytes: readonly number[]) => ipaddr.fromByteArray([...bytes]).toNormalizedString()
const octets = (length: number) =>
  fc.array(fc.integer({ min: 0, max: 255 }), { minLength: length, maxLength: length })

/** An address of the network, with its host bits at random. */
const within = (cidr: string) => {
  const [base, bits] = ipaddr.parseCIDR(cidr)
  const fixed = base.toByteArray()
  return octets(fixed.length).map((random) =>
    address(
      fixed.map((byte, index) => {
        const free = Math.min(Math.max((index + 1) * 8 - bits, 0), 8)
        const mask = (1 << free) - 1
        return (byte & ~mask) | (random[index]! & mask)
      }),
    ),
  )
}

describe('an address', () => {
  it.each(Object.entries(hostileAddresses))('of %s is refused', (_range, addresses) => {
    expect(addresses.filter((one) => isPermitted(one, []))).toEqual([])
  })

  it.each([
    ...['1.1.1.1', '8.8.8.8', '77.88.55.242', '100.63.255.255', '100.128.0.1', '172.15.255.255'],
    ...['172.32.0.1', '192.0.1.1', '198.17.255.255', '198.20.0.1', '223.255.255.255'],
    ...['2a02:6b8::2:242', '2606:4700::1111', '2001:4860:4860::8888', '::ffff:8.8.8.8'],
  ])('%s is public', (one) => {
    expect(isPermitted(one, [])).toBe(true)
  })

  it('that is no address is refused', () => {
    for (const text of ['', 'example.com', '127.1', '0x7f.0.0.1', '1.2.3.4/8', 'fe80::1%eth0'])
      expect(isPermitted(text, parseNetworks(['0.0.0.0/0', '::/0'])), text).toBe(false)
  })

  it.each([
    ...[
      '0.0.0.0/8',
      '10.0.0.0/8',
      '100.64.0.0/10',
      '127.0.0.0/8',
      '169.254.0.0/16',
      '172.16.0.0/12',
    ],
    ...['192.0.0.0/24', '192.0.2.0/24', '192.88.99.0/24', '192.168.0.0/16', '198.18.0.0/15'],
    ...[
      '198.51.100.0/24',
      '203.0.113.0/24',
      '224.0.0.0/4',
      '240.0.0.0/4',
      '::/3',
      '4000::/2',
      '8000::/1',
    ],
    ...['2001::/23', '2001:db8::/32', '2002::/16', '3fff::/20'],
  ])('anywhere in %s is refused', (cidr) => {
    // Of ::/3 the mapped ones are judged as the IPv4 addresses they are.
    fc.assert(
      fc.property(
        within(cidr),
        (one) => one.startsWith('0:0:0:0:0:ffff:') || !isPermitted(one, []),
      ),
    )
  })

  it('of IPv4 is judged alike in its mapped form', () => {
    fc.assert(
      fc.property(octets(4), (bytes) => {
        const mapped = address([...Array<number>(10).fill(0), 0xff, 0xff, ...bytes])
        return isPermitted(mapped, []) === isPermitted(address(bytes), [])
      }),
    )
  })

  it('that is not public is permitted in the networks that the operator allows, and only there', () => {
    const allowed = parseNetworks(['10.1.0.0/16', 'fd12::/16', '127.0.0.1/32'])
    for (const one of ['10.1.2.3', 'fd12::7', '127.0.0.1', '::ffff:127.0.0.1', '8.8.8.8'])
      expect(isPermitted(one, allowed), one).toBe(true)
    for (const one of ['10.2.0.1', 'fd13::7', '127.0.0.2', '::1', '::127.0.0.1', '192.168.0.1'])
      expect(isPermitted(one, allowed), one).toBe(false)
  })
})

describe('a URL', () => {
  it.each(hostileUrls)('%j is refused before anything is asked', (url) => {
    expect(() => parseDestination(url, [])).toThrow(/^(invalid-url|blocked-address|blocked-port)$/)
  })

  it.each(Object.values(hostileAddresses).flat())('to %s is refused', (one) => {
    const host = one.includes(':') ? `[${one}]` : one
    expect(() => parseDestination(`https://${host}/feed.xml`, [])).toThrow('blocked-address')
  })

  it.each([
    ['https://shop.example/feed.xml', 'https://shop.example/feed.xml'],
    ['http://shop.example:8080/a?b=c#part', 'http://shop.example:8080/a?b=c'],
    ['https://пример.рф/фид.xml', 'https://xn--e1afmkfd.xn--p1ai/%D1%84%D0%B8%D0%B4.xml'],
    ['http://77.88.55.242/', 'http://77.88.55.242/'],
  ])('%s is taken', (given, expected) => {
    expect(parseDestination(given, []).href).toBe(expected)
  })

  it('may have a name of the private network where one is allowed', () => {
    expect(parseDestination('http://bitrix/', parseNetworks(['10.0.0.0/8'])).host).toBe('bitrix')
  })
})
