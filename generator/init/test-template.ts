/** `gateway.test.mjs` of a new project. */
export const testTemplate = `import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { after, before, test } from 'node:test'
import { startService } from './service.mjs'

let service
let gateway
let url

before(async () => {
  service = await startService(0)
  gateway = spawn('gatewright', ['start', '--config', 'gateway.config.ts', '--host', '127.0.0.1', '--port', '0', '--admin-port', '0'], {
    env: { ...process.env, BOOKS_URL: service.url },
    stdio: ['ignore', 'ignore', 'pipe'],
    shell: process.platform === 'win32',
  })
  for await (const line of createInterface({ input: gateway.stderr })) {
    url = /gateway\\s+(http\\S+)/.exec(line)?.[1]
    if (url) break
    console.error(line)
  }
  assert.ok(url, 'the gateway did not start')
})

after(() => {
  gateway?.kill()
  service?.stop()
})

test('a book has the names that callers know', async () => {
  const response = await fetch(\`\${url}/books/1\`)
  assert.equal(response.status, 200)
  assert.deepEqual(await response.json(), { id: '1', title: 'The Gate', author: 'Natsume Soseki' })
})

test('the list comes as the service sends it', async () => {
  const response = await fetch(\`\${url}/books\`)
  assert.equal(response.status, 200)
  assert.equal((await response.json()).length, 2)
})

test('an id that is no number does not reach the service', async () => {
  const response = await fetch(\`\${url}/books/one\`)
  assert.equal(response.status, 400)
  assert.match(response.headers.get('content-type'), /^application\\/problem\\+json/)
})
`
