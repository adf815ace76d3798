import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { ExecutionContext } from 'ava'

/** A question as a service got it. */
export interface Asked {
  readonly method: string
  readonly url: string
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

/** A service that answers as it is told at the moment. */
export interface ScriptedService {
  readonly url: string
  readonly asked: readonly Asked[]
  answer: (asked: Asked, res: ServerResponse) => void
}

/** Starts one; closed with the test. */
export async function startService(t: ExecutionContext, answer: ScriptedService['answer']): Promise<ScriptedService> {
  const asked: Asked[] = []
  const server = createServer(async (req, res) => {
    let body = ''
    for await (const chunk of req) body += chunk
    const question = { method: req.method as string, url: req.url as string, headers: req.headers, body }
    asked.push(question)
    service.answer(question, res)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.teardown(() => {
    server.closeAllConnections()
    server.close()
  })
  const service: ScriptedService = { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked, answer }
  return service
}

/** An answer of JSON. */
export const json =
  (value: unknown, status = 200): ScriptedService['answer'] =>
  (_asked, res) =>
    void res.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value))
