import { once } from 'node:events'
import { Agent, request as httpRequest, type IncomingMessage } from 'node:http'
import { type Duplex, duplexPair } from 'node:stream'
import type { Listener } from './edge/listener.js'
import type { InjectResponse, RunningGateway } from './types.js'

/** Sends one request through a listener without a socket: the whole HTTP path, parser included, over a pair of streams in memory. */
export async function injectRequest(
  listener: Listener,
  { method = 'GET', url, headers = {}, body }: Parameters<RunningGateway['inject']>[0],
): Promise<InjectResponse> {
  const [client, server] = duplexPair() as [Duplex, Duplex]
  Object.defineProperties(server, { remoteAddress: { value: '127.0.0.1' }, encrypted: { value: listener.secure } })
  listener.accept(server)
  const request = httpRequest({
    method,
    path: url,
    headers: { host: 'gateway', ...headers },
    agent: Object.assign(new Agent(), { createConnection: () => client }),
  })
  request.end(body)
  try {
    const [response] = (await once(request, 'response')) as [IncomingMessage]
    const chunks: Buffer[] = []
    for await (const chunk of response) chunks.push(chunk as Buffer)
    return { status: response.statusCode as number, headers: response.headers, body: Buffer.concat(chunks).toString('utf8') }
  } finally {
    client.destroy()
    server.destroy()
  }
}
