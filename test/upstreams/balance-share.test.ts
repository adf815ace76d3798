import test from 'ava'
import { balanceReport } from './balance-report.js'

for (const { balancer, weights, counts, worst, moved } of balanceReport()) {
  const exact = balancer === 'round-robin' || balancer === 'weighted'
  test(`C-13: ${balancer} shares 10,000 requests ${weights.join(':')} to ${exact ? 'one request' : '5 %'}`, (t) => {
    const total = weights.reduce((sum, weight) => sum + weight, 0)
    if (exact) for (const [index, count] of counts.entries()) t.true(Math.abs(count - (10_000 * (weights[index] as number)) / total) <= 1)
    else t.true(worst <= 5, `${counts.join(' ')}: off by ${worst.toFixed(1)} %`)
  })
  if (moved !== undefined && weights.length === 5)
    test('C-13: consistent-hash moves at most 12 % of the keys when one of ten targets leaves', (t) => t.true(moved <= 12, `${moved} %`))
}
