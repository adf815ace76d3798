import test from 'ava'
import { Problem } from 'gatewright'
import { pino } from 'pino'
import { RemoteKeySet } from '../../runtime/auth/remote-key-set.js'
import { manualClock } from '../helpers/auth-gateway.js'
import { type Issuer, startIssuer } from '../helpers/issuer.js'
import { makeSigningKey } from '../helpers/tokens.js'

const [a, b] = await Promise.all([makeSigningKey('RS256', 'a'), makeSigningKey('RS256', 'b')])

async function setUp(
  run: (given: { issuer: Issuer; keys: RemoteKeySet; clock: ReturnType<typeof manualClock>; logged: any[] }) => Promise<void>,
  timeoutMs = 5_000,
) {
  const issuer = await startIssuer(a)
  const clock = manualClock()
  const logged: any[] = []
  const log = pino({ level: 'debug' }, { write: (line: string) => logged.push(JSON.parse(line)) })
  const keys = new RemoteKeySet({ url: issuer.jwks, clock, log, timeoutMs })
  try {
    await run({ issuer, keys, clock, logged })
  } finally {
    keys.close()
    await issuer.close()
  }
}

/** The outcome of looking for a key: found, none, or the seconds after which to try again. */
async function look(keys: RemoteKeySet, kid: string | undefined, issuedAt?: number): Promise<boolean | number> {
  try {
    return (await keys.find('RS256', kid, issuedAt)) !== undefined
  } catch (error) {
    if (!(error instanceof Problem) || error.code !== 'AUTH_UNAVAILABLE') throw error
    return Number(error.headers[1])
  }
}

const fetched = async (issuer: Issuer, count: number) => {
  while (issuer.fetches < count) await new Promise((done) => setImmediate(done))
}

test('requests that need the keys at once share one fetch', async (t) => {
  await setUp(async ({ issuer, keys }) => {
    t.deepEqual(await Promise.all(Array.from({ length: 50 }, () => look(keys, 'a'))), Array(50).fill(true))
    t.is(issuer.fetches, 1)
  })
})

test('J-18: an unknown key id fetches once, and then not again for 30 seconds', async (t) => {
  await setUp(async ({ issuer, keys, clock }) => {
    await keys.warm()
    issuer.keys = [a.publicJwk, b.publicJwk]
    t.deepEqual(await Promise.all([look(keys, 'b'), look(keys, 'b'), look(keys, 'x')]), [true, true, false])
    t.is(issuer.fetches, 2, 'also right after the first fetch')
    clock.advance(29_999)
    t.false(await look(keys, 'x'))
    t.is(issuer.fetches, 2)
    clock.advance(1)
    t.false(await look(keys, 'x'))
    t.is(issuer.fetches, 3)
  })
})

test('J-18: a token that is younger than the set is not called wrong before the issuer is asked', async (t) => {
  await setUp(async ({ issuer, keys, clock }) => {
    await keys.warm()
    t.false(await look(keys, 'x'))
    issuer.keys = [b.publicJwk]
    clock.advance(10_000)
    t.is(await look(keys, 'b', clock.wall() / 1_000), 20)
    t.false(await look(keys, 'b', clock.wall() / 1_000 - 16), 'an old one is')
    t.is(issuer.fetches, 2)
    clock.advance(20_000)
    t.true(await look(keys, 'b', clock.wall() / 1_000))
  })
})

test('J-19: the cooldown also runs after a failed fetch', async (t) => {
  await setUp(async ({ issuer, keys, clock }) => {
    await keys.warm()
    issuer.mood = 'error'
    clock.advance(30_000)
    t.is(await look(keys, 'x'), 30)
    clock.advance(10_000)
    for (let n = 0; n < 20; n += 1) t.is(await look(keys, `x${n}`), 20)
    t.is(issuer.fetches, 2)
    t.true(await look(keys, 'a'), 'known keys are not affected')
    clock.advance(20_000)
    issuer.mood = 'well'
    t.false(await look(keys, 'x'))
    t.is(issuer.fetches, 3)
  })
})

test('from five minutes on the set is fetched behind the requests, from ten minutes on before them', async (t) => {
  await setUp(async ({ issuer, keys, clock }) => {
    await keys.warm()
    issuer.keys = [b.publicJwk]
    clock.advance(300_000)
    t.true(keys.holds(keys.generation))
    t.true(await look(keys, 'a'))
    t.is(issuer.fetches, 1)
    clock.advance(1)
    t.true(keys.holds(0), 'answers with what it has')
    await fetched(issuer, 2)
    while (keys.generation === 0) await new Promise((done) => setImmediate(done))
    t.false(keys.holds(0), 'a key was withdrawn')
    issuer.keys = [a.publicJwk]
    clock.advance(600_001)
    t.false(keys.holds(1))
    t.true(await look(keys, 'a'))
  })
})

test('a set that only grows withdraws nothing', async (t) => {
  await setUp(async ({ issuer, keys, clock }) => {
    await keys.warm()
    issuer.keys = [b.publicJwk, a.publicJwk]
    clock.advance(600_001)
    t.true(await look(keys, 'b'))
    t.is(keys.generation, 0)
    issuer.keys = [b.publicJwk, { ...b.publicJwk, kid: 'a' }]
    clock.advance(600_001)
    t.true(await look(keys, 'a'))
    t.is(keys.generation, 1, 'another key under the same id')
  })
})

test('J-20: keys serve for 24 hours after the issuer went down, without waiting for it', async (t) => {
  await setUp(async ({ issuer, keys, clock, logged }) => {
    await keys.warm()
    issuer.mood = 'silent'
    clock.advance(600_001)
    t.true(await look(keys, 'a'), 'waits once, in vain')
    for (let minute = 0; minute < 5; minute += 1) {
      clock.advance(60_000)
      t.true(await look(keys, 'a'))
      t.true(keys.holds(0))
    }
    t.is(logged[0].failure, 'no complete answer in time')
    clock.advance(24 * 3_600_000)
    t.false(keys.holds(0))
    t.is(typeof (await look(keys, 'a')), 'number')
  }, 1_000)
})

test('J-20: each way to fail is named in the log, and nothing else is learnt from it', async (t) => {
  const failures = {
    error: 'the issuer answered with status 500',
    redirect: 'the issuer answered with status 302',
    html: 'the answer is no key set with a usable key',
    empty: 'the answer is no key set with a usable key',
    'no keys': 'the answer is no key set with a usable key',
    huge: 'the answer is longer than 1024 KiB',
    silent: 'no complete answer in time',
    stalled: 'no complete answer in time',
    'hang up': 'other side closed',
  } as const
  for (const [mood, failure] of Object.entries(failures)) {
    await setUp(
      async ({ issuer, keys, logged }) => {
        issuer.mood = mood as keyof typeof failures
        t.is(await look(keys, 'a'), 1)
        t.is(logged.length, 1)
        t.like(logged[0], { failure, url: issuer.jwks, level: 40 })
        t.is(issuer.strays, 0)
      },
      mood.startsWith('s') ? 500 : 5_000,
    )
  }
})

test('without any keys it asks again after 1, 2, 4 … and at most 30 seconds', async (t) => {
  await setUp(async ({ issuer, keys, clock }) => {
    issuer.mood = 'error'
    for (const [index, seconds] of [1, 2, 4, 8, 16, 30, 30].entries()) {
      t.is(await look(keys, 'a'), seconds)
      clock.advance(seconds * 1_000 - 1)
      t.is(await look(keys, 'a'), 1)
      t.is(issuer.fetches, index + 1)
      clock.advance(1)
    }
    issuer.mood = 'well'
    t.true(await look(keys, 'a'))
  })
})

test('the first fetch may fail without failing the start', async (t) => {
  await setUp(async ({ issuer, keys, clock }) => {
    issuer.mood = 'stalled'
    await t.notThrowsAsync(keys.warm())
    issuer.mood = 'well'
    clock.advance(1_000)
    t.true(await look(keys, 'a'))
  }, 1_000)
})

test('closing ends a fetch under way and logs nothing', async (t) => {
  await setUp(async ({ issuer, keys, logged }) => {
    issuer.mood = 'silent'
    const waiting = keys.warm()
    await fetched(issuer, 1)
    keys.close()
    await waiting
    t.deepEqual(logged, [])
  })
})

test('another `fetch` can be put in its place', async (t) => {
  const asked: unknown[] = []
  const keys = new RemoteKeySet({
    url: 'https://id.example.org/keys',
    clock: manualClock(),
    log: pino({ level: 'silent' }),
    fetch: async (url, init) => {
      asked.push(url, init?.redirect)
      return new Response(JSON.stringify({ keys: [a.publicJwk] }))
    },
  })
  t.truthy(await keys.find('RS256', 'a'))
  t.deepEqual(asked, ['https://id.example.org/keys', 'manual'])
})
