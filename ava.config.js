// `npm test` runs the tests in two parts: several processes that race for one Redis, whose outcome hangs on time, have the
// machine to themselves after all others. `npx ava FILES` takes any.
const ALONE = ['test/fleet/*.test.ts', 'test/stores/redis-*.test.ts']
const ALL = ['test/**/*.test.ts']
const PARTS = { together: [...ALL, ...ALONE.map((pattern) => `!${pattern}`)], alone: ALONE }
const { TESTS } = process.env

export default {
  files: PARTS[TESTS] ?? ALL,
  extensions: { ts: 'module' },
  nodeArguments: ['--import=tsx/esm', '--conditions=@gatewright/source'],
  workerThreads: false,
  concurrency: TESTS === 'alone' ? 1 : 2,
  timeout: '180s',
}
