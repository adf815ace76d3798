import test from 'ava'
import { clientAddress, plainAddress } from '../../runtime/edge/client-address.js'

const rows = [
  ['trusts nobody by default', [], '10.0.0.1', '1.2.3.4', '10.0.0.1'],
  ['ignores what an untrusted peer says', ['10.0.0.0/8'], '8.8.8.8', '1.2.3.4', '8.8.8.8'],
  ['takes what a trusted proxy says', ['10.0.0.0/8'], '10.0.0.1', '1.2.3.4', '1.2.3.4'],
  ['takes the rightmost address that is no proxy', ['10.0.0.0/8'], '10.0.0.1', '6.6.6.6, 1.2.3.4, 10.0.0.2', '1.2.3.4'],
  ['stops at what is no address', ['10.0.0.0/8'], '10.0.0.1', '6.6.6.6, unknown, 10.0.0.2', '10.0.0.2'],
  ['keeps the peer where the header is missing', ['10.0.0.0/8'], '10.0.0.1', undefined, '10.0.0.1'],
  ['reads IPv4 mapped into IPv6', ['10.0.0.0/8'], '::ffff:10.0.0.1', '1.2.3.4:5678', '1.2.3.4'],
  ['reads bracketed IPv6 with a port', ['::1'], '::1', '[2001:db8::1]:443', '2001:db8::1'],
] as const

for (const [title, proxies, peer, forwarded, want] of rows) {
  test(title, (t) => {
    t.is(clientAddress(proxies).of(peer, forwarded), want)
  })
}

test('strips the zone of a link-local address', (t) => {
  t.is(plainAddress('fe80::1%eth0'), 'fe80::1')
})
