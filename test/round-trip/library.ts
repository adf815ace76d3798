import type { ServerResponse } from 'node:http'
import type { FakeAnswer, ReceivedRequest } from 'gatewright/testing'

/** What marks a response as the upstream's own. */
export const UPSTREAM_MARK = 'x-upstream'

const HEADERS = { [UPSTREAM_MARK]: 'library', 'x-powered-by': 'paper' }

function send(res: ServerResponse, status: number, type: string | undefined, body?: string | Uint8Array): void {
  res.writeHead(status, { ...HEADERS, ...(type !== undefined && { 'content-type': type }) }).end(body)
}

const json = (res: ServerResponse, status: number, body: unknown) => send(res, status, 'application/json', JSON.stringify(body))

const COVER = Uint8Array.from([0, 137, 80, 255, 13, 10])

/** The ordinary answer of each path. */
function answerWell({ method, url, body }: ReceivedRequest, res: ServerResponse): void {
  const { pathname, searchParams } = new URL(url, 'http://library')
  if (pathname === '/healthz') send(res, 200, 'text/plain', 'ok')
  else if (pathname === '/prints') json(res, 202, { job: '6f1c7a52-8d0a-4d5c-9d55-0c1f7b8f8a11', state: 'queued' })
  else if (pathname === '/books' && method === 'POST') json(res, 201, { isbn: '0001', title: JSON.parse(body).TITLE })
  else if (pathname === '/books') json(res, 200, { items: [{ isbn: '0001', title: 'Emma' }], page: Number(searchParams.get('page')) })
  else if (pathname.endsWith('/cover')) send(res, 200, 'application/octet-stream', COVER)
  else if (pathname.endsWith('/summary')) send(res, 200, 'text/plain; charset=utf-8', 'A matchmaker errs – in 1815.')
  else if (method === 'DELETE' || method === 'PUT') send(res, 204, undefined)
  else if (pathname.startsWith('/books/')) json(res, 200, { ISBN: '0001', TITLE: 'Emma' })
  else send(res, 200, 'text/plain', pathname)
}

function answerStatus(res: ServerResponse, status: number): void {
  const problem = { type: 'about:blank', title: 'No', status, code: `LIBRARY_${status}`, detail: 'The library says no.' }
  if (status === 418) send(res, status, 'text/plain', 'short and stout')
  else send(res, status, 'application/problem+json', JSON.stringify(problem))
}

/** Answers as the request’s `x-answer` says: a status, or a way to fail. */
export const answerAsAsked: FakeAnswer = (request, res) => {
  const asked = request.headers['x-answer']
  if (asked === 'silence') return
  if (asked === 'reset') res.socket?.destroy()
  else if (asked === 'nonsense') res.socket?.end('BONJOUR\r\n\r\n')
  else if (asked === undefined || /^2/.test(String(asked))) answerWell(request, res)
  else answerStatus(res, Number(asked))
}
