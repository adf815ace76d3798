import { X509Certificate } from 'node:crypto'
import test from 'ava'
import { Metrics } from '../../runtime/observe/metrics.js'
import { Certificates } from '../../runtime/tls/certificates.js'
import { UpstreamTls } from '../../runtime/upstreams/tls/upstream-tls.js'
import { fakeClock } from '../helpers/fake-clock.js'
import { recordLog } from '../helpers/record-log.js'
import { pem } from '../helpers/tls-upstream.js'

const good = new X509Certificate(pem('localhost.cert'))
const expired = new X509Certificate(pem('expired.cert'))

function setUp() {
  const metrics = new Metrics()
  const clock = fakeClock()
  const { log, lines } = recordLog()
  const certificates = new Certificates(metrics, clock, log)
  const rows = async () => (await metrics.scrape()).text.match(/^gatewright_certificate_expiry_seconds\{.*$/gm) ?? []
  return { certificates, clock, log, lines, rows }
}

test('of two that follow one place the later one counts, and the earlier one takes nothing away', async (t) => {
  const { certificates, rows } = setUp()
  const place = { which: 'client', name: 'up', target: '' } as const
  const old = certificates.follow(place)
  old.is(good)
  const fresh = certificates.follow(place)
  fresh.is(expired)
  old.close()
  t.deepEqual(await rows(), ['gatewright_certificate_expiry_seconds{which="client",name="up",target=""} 1609459200'])
  fresh.close()
  t.deepEqual(await rows(), [])
  certificates.close()
})

test('an expired certificate is an error in the log', (t) => {
  const { certificates, lines } = setUp()
  certificates.follow({ which: 'upstream', name: 'up', target: 'https://a' }).is(expired)
  t.like(lines[0], { level: 50, msg: 'a certificate has expired', target: 'https://a', expires: '2021-01-01T00:00:00.000Z' })
  certificates.close()
})

test('the certificates of at most 256 targets are followed for one upstream', async (t) => {
  const { certificates, clock, log, rows } = setUp()
  const tls = new UpstreamTls('up', undefined, { certificates, clock, log, count: () => undefined })
  const socket = { getPeerX509Certificate: () => good } as never
  for (let index = 0; index < 300; index++) tls.check(`https://target-${index}`, socket)
  const shown = await rows()
  t.is(shown.length, 256)
  t.true(shown.at(-1)?.includes('target-299'))
  tls.close()
  t.deepEqual(await rows(), [])
  certificates.close()
})
