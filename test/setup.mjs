// Sees to it that the tests have the servers and programs they use; without one its tests are skipped, and say so.
import process from 'node:process'
import { install, runs } from './install.mjs'

if (runs('redis-server', ['--version'])) {
  console.log('setup: the Redis tests start redis-server themselves')
} else if (process.env.REDIS_URL) {
  console.log('setup: the Redis tests use REDIS_URL; those that stop their server are skipped')
} else {
  const reason = install(['redis-server'])
  if (reason !== undefined) console.log(`setup: the Redis tests will be skipped: no redis-server on PATH, no REDIS_URL, and ${reason}`)
}

const missing = Object.entries({ git: ['git', '--version'], lighttpd: ['/usr/sbin/lighttpd', '-v'] }).filter(
  ([, [file, flag]]) => !runs(file, [flag]),
)
if (missing.length > 0) {
  const packages = missing.map(([name]) => name)
  const reason = install(packages)
  if (reason !== undefined) console.log(`setup: the tests with git will be skipped: no ${packages.join(', ')}, and ${reason}`)
}
