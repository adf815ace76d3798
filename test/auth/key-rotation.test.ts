import test from 'ava'
import fc from 'fast-check'
import { Problem } from 'gatewright'
import { pino } from 'pino'
import { RemoteKeySet } from '../../runtime/auth/remote-key-set.js'
import { manualClock } from '../helpers/auth-gateway.js'
import { makeSigningKey } from '../helpers/tokens.js'

const RUNS = 10_000
const DAY = 24 * 3_600_000
/** How long a token lives, and so an old key stays in the set after its last signature. */
const LIFE = 300_000

const SIGNING = await Promise.all(Array.from({ length: 6 }, (_, index) => makeSigningKey('EdDSA', `k${index}`)))

type Mood = 'well' | 'refuses' | 'slow' | 'error' | 'html' | 'empty' | 'no keys'
const MOODS: readonly Mood[] = ['well', 'refuses', 'slow', 'error', 'html', 'empty', 'no keys']

/** An issuer as the reference sees it: which key signs, until when the others are published, and how it answers. */
class Issuer {
  mood: Mood = 'well'
  signs = 0
  /** For each key but the one that signs, when it is taken out of the set. */
  readonly leaves = new Map<number, number>()
  /** The keys that the gateway has been given last, and when. */
  given: { readonly kids: ReadonlySet<string>; readonly at: number } | undefined

  constructor(readonly now: () => number) {}

  kids(): string[] {
    const old = [...this.leaves].filter(([, until]) => until > this.now()).map(([index]) => index)
    return [...new Set([this.signs, ...old])].map((index) => `k${index}`)
  }

  /** The next key signs from now on; it is published only now, and the last one stays for as long as its tokens live. */
  rotate(): void {
    this.leaves.set(this.signs, this.now() + LIFE)
    this.signs = (this.signs + 1) % SIGNING.length
    this.leaves.delete(this.signs)
  }

  readonly fetch: typeof fetch = async () => {
    if (this.mood === 'refuses') throw new TypeError('fetch failed')
    if (this.mood === 'slow') throw new DOMException('The operation was aborted due to timeout', 'TimeoutError')
    if (this.mood === 'error') return new Response('{"keys":[]}', { status: 500 })
    if (this.mood === 'html') return new Response('<!doctype html><p>maintenance')
    if (this.mood === 'empty') return new Response('')
    if (this.mood === 'no keys') return new Response('{"keys":[]}')
    const kids = this.kids()
    this.given = { kids: new Set(kids), at: this.now() }
    return new Response(JSON.stringify({ keys: SIGNING.filter(({ kid }) => kids.includes(kid)).map(({ publicJwk }) => publicJwk) }))
  }
}

type Step =
  | { readonly kind: 'wait'; readonly ms: number }
  | { readonly kind: 'mood'; readonly mood: Mood }
  | { readonly kind: 'rotate' }
  /** A token signed so long ago by the key that signs, or by the one before. */
  | { readonly kind: 'token'; readonly ago: number }
  | { readonly kind: 'made up' }

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('wait'), ms: fc.oneof(fc.nat(999), fc.nat(60_000), fc.nat(DAY / 2)) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('mood'), mood: fc.constantFrom(...MOODS) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('rotate') }) },
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('token'), ago: fc.oneof(fc.constant(0), fc.nat(LIFE - 1)) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('made up') }) },
)

type Outcome = 'key' | 'none' | 'unavailable'

async function look(keys: RemoteKeySet, kid: string, issuedAt: number): Promise<Outcome> {
  try {
    return (await keys.find('EdDSA', kid, Math.floor(issuedAt / 1_000))) === undefined ? 'none' : 'key'
  } catch (error) {
    if (error instanceof Problem && error.code === 'AUTH_UNAVAILABLE') return 'unavailable'
    throw error
  }
}

/** Why an outcome for a valid token is wrong, or undefined. */
function flaw(outcome: Outcome, kid: string, issuer: Issuer): string | undefined {
  if (outcome === 'none') return 'a valid token is called wrong'
  const { given } = issuer
  if (outcome === 'unavailable' && given?.kids.has(kid) && issuer.now() - given.at < DAY) return 'a known key is not used'
  return undefined
}

test('J-18, J-20: an issuer that is down, slow, broken or changes its keys costs no valid token a 401', async (t) => {
  const log = pino({ level: 'silent' })
  await t.notThrowsAsync(
    fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 3, maxLength: 24 }), async (steps) => {
        const clock = manualClock(1_900_000_000_123)
        const issuer = new Issuer(clock.wall)
        const keys = new RemoteKeySet({ url: 'http://issuer.example.org/jwks', clock, log, fetch: issuer.fetch })
        const signedSince: number[] = [clock.wall()]
        await keys.warm()
        for (const one of steps) {
          if (one.kind === 'wait') clock.advance(one.ms)
          else if (one.kind === 'mood') issuer.mood = one.mood
          else if (one.kind === 'rotate' && clock.wall() - (signedSince.at(-1) as number) >= LIFE) {
            issuer.rotate()
            signedSince.push(clock.wall())
          } else if (one.kind === 'made up') await look(keys, 'made-up', clock.wall())
          else if (one.kind === 'token') {
            const at = clock.wall() - one.ago
            // Who signed then; before the first, nobody did.
            const turn = signedSince.findLastIndex((from) => from <= at)
            if (turn < 0) continue
            const kid = `k${turn % SIGNING.length}`
            const wrong = flaw(await look(keys, kid, at), kid, issuer)
            if (wrong !== undefined) throw new Error(`${wrong}: ${kid} while the issuer is ${issuer.mood}`)
          }
        }
        keys.close()
      }),
      { numRuns: RUNS },
    ),
  )
})
