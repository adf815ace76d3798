/** `service.mjs` of a new project: the service behind its gateway. */
export const serviceTemplate = `import { once } from 'node:events'
import { createServer } from 'node:http'

const books = [
  { id: 1, name: 'The Gate', written_by: 'Natsume Soseki' },
  { id: 2, name: 'A Room of One’s Own', written_by: 'Virginia Woolf' },
]

function answer(response, status, type, body) {
  response.writeHead(status, { 'content-type': type })
  response.end(JSON.stringify(body))
}

/** Starts the service; port 0 takes a free one. */
export async function startService(port) {
  const server = createServer((request, response) => {
    if (request.url === '/books') return answer(response, 200, 'application/json', books)
    const book = books.find(({ id }) => request.url === \`/books/\${id}\`)
    if (book) return answer(response, 200, 'application/json', book)
    return answer(response, 404, 'application/problem+json', { title: 'No such book', status: 404 })
  })
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: \`http://127.0.0.1:\${server.address().port}\`,
    stop: () => {
      server.close()
      server.closeAllConnections()
    },
  }
}
`

/** `start.mjs` of a new project: the service and the gateway together. */
export const startTemplate = `// Starts the example service and, in front of it, the gateway. With a service of your own, run \`gatewright dev\` alone.
import { spawn } from 'node:child_process'
import { startService } from './service.mjs'

const service = await startService(4001)
const gateway = spawn('gatewright', ['dev', ...process.argv.slice(2)], { stdio: 'inherit', shell: process.platform === 'win32' })

process.on('SIGTERM', () => gateway.kill('SIGTERM'))
// The terminal sends an interrupt to the gateway as well, which then ends by itself.
process.on('SIGINT', () => {})
gateway.on('exit', (code) => {
  service.stop()
  process.exitCode = code ?? 1
})
`
