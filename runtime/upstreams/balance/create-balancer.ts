import type { UpstreamSettings } from '../../../sdk/upstream.js'
import type { Balancer } from '../target.js'
import { leastRequest } from './least-request.js'
import { roundRobin } from './round-robin.js'
import { weighted } from './weighted.js'

type Balance = UpstreamSettings['balance']

const BALANCERS: { readonly [B in Balance]: (random: () => number) => Balancer } = {
  'round-robin': roundRobin,
  weighted,
  'least-request': leastRequest,
}

/** The balancer of an upstream's `balance` option; one of its own for each upstream, since it holds the turn. */
export function createBalancer(balance: Balance, random: () => number): Balancer {
  return BALANCERS[balance](random)
}
