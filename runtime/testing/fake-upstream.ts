import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A request as an upstream received it. */
export interface ReceivedRequest {
  readonly method: string
  /** Path and query, byte for byte. */
  readonly url: string
  /** Flat: name, value, name, value, in the order and spelling received. */
  readonly rawHeaders: readonly string[]
  readonly headers: IncomingMessage['headers']
  readonly body: string
}

/** A real HTTP server on a free port of the loopback interface, which remembers what it received. */
export interface FakeUpstream {
  readonly url: string
  readonly requests: readonly ReceivedRequest[]
  close(): Promise<void>
}

/** How a fake upstream answers; the body has been read. */
export type FakeAnswer = (request: ReceivedRequest, res: ServerResponse) => void

const answerEmpty: FakeAnswer = (_request, res) => void res.writeHead(200, { 'content-type': 'application/json' }).end('{}')

async function receive(req: IncomingMessage): Promise<ReceivedRequest> {
  const chunks: Buffer[] = []
  for await (const chunk of req) chunks.push(chunk as Buffer)
  const body = Buffer.concat(chunks).toString('utf8')
  return { method: req.method as string, url: req.url as string, rawHeaders: req.rawHeaders, headers: req.headers, body }
}

/** Starts an upstream for tests. Without an answer of yours it sends 200 and `{}`. */
export async function fakeUpstream(answer: FakeAnswer = answerEmpty): Promise<FakeUpstream> {
  const requests: ReceivedRequest[] = []
  const server = createServer((req, res) => {
    receive(req).then(
      (received) => {
        requests.push(received)
        answer(received, res)
      },
      () => res.destroy(),
    )
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const close = async () => {
    if (!server.listening) return
    const closed = once(server, 'close')
    server.close()
    server.closeAllConnections()
    await closed
  }
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, requests, close }
}
