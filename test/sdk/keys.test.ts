import test from 'ava'
import fc from 'fast-check'
import { cookie, ip } from 'gatewright'
import { networkOf } from '../../sdk/keys.js'

const rows: [string, string][] = [
  ['192.0.2.7', '192.0.2.7'],
  ['::ffff:192.0.2.7', '192.0.2.7'],
  ['::FFFF:192.0.2.7', '192.0.2.7'],
  ['::ffff:c000:207', '192.0.2.7'],
  ['0:0:0:0:0:ffff:c000:207', '192.0.2.7'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ['2001:0DB8:0001:0002::1', '2001:db8:1:2::/64'],
  ['2001:db8::1', '2001:db8:0:0::/64'],
  ['::1', '0:0:0:0::/64'],
  ['::', '0:0:0:0::/64'],
  ['64:ff9b::192.0.2.7', '64:ff9b:0:0::/64'],
  ['fe80::1%eth0', 'fe80:0:0:0::/64'],
]
for (const [address, network] of rows) test(`the network of ${address} is ${network}`, (t) => t.is(networkOf(address), network))

test('two ways to write one IPv6 address are one network, and only the first 64 bits matter', (t) => {
  const groups = fc.array(fc.integer({ min: 0, max: 0xffff }), { minLength: 8, maxLength: 8 }).filter(([first]) => first !== 0)
  fc.assert(
    fc.property(groups, groups, (address, other) => {
      const long = address.map((group) => group.toString(16).padStart(4, '0').toUpperCase()).join(':')
      const short = new URL(`http://[${long}]`).hostname.slice(1, -1)
      t.is(networkOf(long), networkOf(short))
      const neighbour = [...address.slice(0, 4), ...other.slice(4)].map((group) => group.toString(16)).join(':')
      t.is(networkOf(neighbour), networkOf(short))
      const stranger = [...address.slice(0, 3), (address[3] as number) ^ 1, ...address.slice(4)]
        .map((group) => group.toString(16))
        .join(':')
      t.not(networkOf(stranger), networkOf(short))
    }),
  )
})

test('`ip` reads the client’s network', (t) => {
  t.is(ip.label, 'ip')
  t.is(ip.read({ ip: '2001:db8::1' }), '2001:db8:0:0::/64')
})

test('`cookie` reads a request’s cookie, and is empty without it', (t) => {
  const session = cookie('session')
  t.is(session.label, 'cookie session')
  t.is(session.read({ cookies: { session: 'abc' } }), 'abc')
  t.is(session.read({ cookies: {} }), '')
  t.is(cookie('constructor').read({ cookies: {} }), '', 'only what was sent')
})
