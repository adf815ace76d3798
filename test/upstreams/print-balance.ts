// `npm run balance` prints how each balancer shares out 10,000 requests, and how many keys move when one target of ten leaves.
import { balanceReport } from './balance-report.js'

for (const { balancer, weights, counts, worst, moved } of balanceReport()) {
  const remapped = moved === undefined ? '' : `  ${moved.toFixed(1)} % of keys move when 1 of 10 leaves`
  console.log(
    `${balancer.padEnd(16)} ${weights.join(':').padEnd(10)} ${counts.join(' ').padEnd(26)} off by ${worst.toFixed(1)} %${remapped}`,
  )
}
