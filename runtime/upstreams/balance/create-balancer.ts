import type { UpstreamSettings } from '../../../sdk/upstream.js'
import type { Clock } from '../../clock.js'
import type { Balancer } from '../target.js'
import { consistentHash } from './consistent-hash.js'
import { leastRequest } from './least-request.js'
import { peakEwma } from './peak-ewma.js'
import { randomChoice } from './random-choice.js'
import { roundRobin } from './round-robin.js'
import { weighted } from './weighted.js'

/** What balancers need of their surroundings. */
export interface BalancerDeps {
  /** Numbers from 0 up to 1. */
  readonly random: () => number
  readonly clock: Clock
}

type BalanceSettings = Pick<UpstreamSettings, 'balance' | 'peakEwma' | 'consistentHash'>

const BALANCERS: {
  readonly [B in BalanceSettings['balance']]: (deps: BalancerDeps, settings: BalanceSettings) => Balancer
} = {
  'round-robin': roundRobin,
  weighted,
  random: ({ random }) => randomChoice(random),
  'least-request': ({ random }) => leastRequest(random),
  'peak-ewma': ({ random, clock }, settings) => peakEwma(random, clock, settings.peakEwma?.decay ?? 10_000),
  'consistent-hash': ({ random }, settings) => consistentHash(random, settings.consistentHash?.balanceFactor ?? 1.25),
}

/** The balancer of an upstream's `balance` option; one of its own for each list it picks from, since it holds the turn. */
export function createBalancer(settings: BalanceSettings, deps: BalancerDeps): Balancer {
  return BALANCERS[settings.balance](deps, settings)
}
