import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { ExecutionContext } from 'ava'

/** A request as a server got it. */
export interface SeenRequest {
  readonly method: string
  readonly url: string
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

type Answer = (response: ServerResponse, request: SeenRequest) => void

/** A real server that gives its answers in order, the last one for ever, until the test ends. */
export async function startServer(t: ExecutionContext<any>, ...answers: Answer[]): Promise<{ baseUrl: string; seen: SeenRequest[] }> {
  const seen: SeenRequest[] = []
  const server = createServer(async (request, response) => {
    const answer = answers[Math.min(seen.length, answers.length - 1)] as Answer
    const entry = { method: request.method ?? '', url: request.url ?? '', headers: request.headers, body: '' }
    seen.push(entry)
    for await (const chunk of request) entry.body += String(chunk)
    answer(response, entry)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()))
  t.teardown(() => {
    server.closeAllConnections()
    return new Promise<void>((resolve) => server.close(() => resolve()))
  })
  return { baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, seen }
}

/** Answers with a JSON body. */
export const json =
  (status: number, body: unknown, headers: Record<string, string> = {}): Answer =>
  (response) =>
    response.writeHead(status, { 'content-type': 'application/json; charset=utf-8', ...headers }).end(JSON.stringify(body))

/** Answers with a problem document. */
export const problem = (status: number, code: string, headers: Record<string, string> = {}): Answer =>
  json(
    status,
    { type: 'about:blank', title: code, status, code, detail: 'Because.' },
    { 'content-type': 'application/problem+json', ...headers },
  )

/** Answers with any other body. */
export const raw =
  (status: number, type: string | undefined, body: string | Uint8Array = ''): Answer =>
  (response) =>
    response.writeHead(status, type === undefined ? {} : { 'content-type': type }).end(body)

/** Cuts the connection. */
export const cut: Answer = (response) => {
  response.socket?.destroy()
}

/** Never answers. */
export const silence: Answer = () => {}
