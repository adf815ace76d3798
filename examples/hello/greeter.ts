import { createServer } from 'node:http'

/** The service behind the gateway: greets whoever the path names. */
const greeter = createServer((request, response) => {
  const name = request.url?.split('/')[2] ?? 'nobody'
  response.setHeader('content-type', 'application/json')
  response.end(JSON.stringify({ greeting: `Hello, ${name}!` }))
})

const port = Number(process.env['PORT'] ?? 4000)
greeter.listen(port, '127.0.0.1', () => console.log(`greeter: http://127.0.0.1:${port}`))
