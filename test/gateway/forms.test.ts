import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import test, { type ExecutionContext } from 'ava'
import { type RouteTree, route, upstream } from 'gatewright'
import { z } from 'zod'
import { LANES, startGateway } from '../helpers/start-gateway.js'

const PNG = new Uint8Array([0x89, 0x50, 0x4e, 0x47, 0, 255, 13, 10])
const FORM = 'application/x-www-form-urlencoded'

async function start(t: ExecutionContext, lifecycle: 'direct' | 'hapi') {
  const received: { type: string; body: Buffer }[] = []
  const server = createServer((req, res) => {
    const chunks: Buffer[] = []
    req.on('data', (chunk: Buffer) => chunks.push(chunk))
    req.on('end', () => {
      received.push({ type: String(req.headers['content-type']), body: Buffer.concat(chunks) })
      res.end('ok')
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => void server.close())
  const target = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const to = { method: 'POST', upstream: upstream('up', { targets: [target] }), lifecycle, bodyLimit: '64kb' } as const
  const signUp = z.object({ email: z.email(), age: z.coerce.number<string | number>(), tags: z.array(z.string()).default([]) })
  const routes: RouteTree = {
    both: route({ ...to, path: '/both', body: signUp, accepts: ['json', 'form'] }),
    mapped: route({ ...to, path: '/mapped', body: signUp, accepts: ['form'], mapRequest: (body) => ({ years: body.age + 1 }) }),
    photo: route({
      ...to,
      path: '/photo',
      body: z.object({ name: z.string(), photo: z.file().mime('image/png'), more: z.array(z.file()).optional() }),
    }),
    file: route({ ...to, path: '/file', body: z.file().mime('image/png').max(100) }),
  }
  const gateway = await startGateway(t, routes)
  const send = async (path: string, body: RequestInit['body'], type?: string) => {
    const response = await fetch(gateway.url + path, { method: 'POST', body: body as never, headers: type ? { 'content-type': type } : {} })
    const text = await response.text()
    return { status: response.status, problem: response.status >= 400 ? JSON.parse(text) : undefined }
  }
  return { send, received }
}

for (const lifecycle of LANES) {
  test(`${lifecycle}: a URL-encoded form is checked and written anew`, async (t) => {
    const { send, received } = await start(t, lifecycle)
    t.is((await send('/both', 'email=a%40b.org&age=30&tags=x&surplus=1', FORM)).status, 200)
    t.deepEqual([received[0]?.type, String(received[0]?.body)], [FORM, 'email=a%40b.org&age=30&tags=x'])
    t.is((await send('/both', '{"email":"a@b.org","age":30}', 'application/json')).status, 200)
    t.is(String(received[1]?.body), '{"email":"a@b.org","age":30,"tags":[]}')
    t.is((await send('/mapped', 'email=a%40b.org&age=30', `${FORM}; charset=utf-8`)).status, 200)
    t.deepEqual([received[2]?.type, String(received[2]?.body)], ['application/json', '{"years":31}'])
    const refused = await send('/both', 'email=nobody&age=30&__proto__=1', FORM)
    t.deepEqual([refused.status, refused.problem.errors[0].path], [400, 'email'])
    t.is((await send('/mapped', '{}', 'application/json')).status, 415)
    t.is((await send('/both', 'x'.repeat(70_000), FORM)).status, 413)
    t.is((await send('/both', 'a=&'.repeat(1_001), FORM)).status, 400)
    t.is((await send('/both', `${'n'.repeat(257)}=1`, FORM)).status, 400)
    t.is(received.length, 3)
  })

  test(`${lifecycle}: a multipart form with files is checked and written anew`, async (t) => {
    const { send, received } = await start(t, lifecycle)
    const form = new FormData()
    form.append('name', 'naïve')
    form.append('photo', new File([PNG], '../../été "1".png', { type: 'image/png' }))
    form.append('more', new File(['1'], 'one.txt', { type: 'text/plain' }))
    form.append('surplus', '1')
    t.is((await send('/photo', form)).status, 200)
    const { type, body } = received[0] as { type: string; body: Buffer }
    const sent = await new Response(new Uint8Array(body), { headers: { 'content-type': type } }).formData()
    t.deepEqual([...sent.keys()], ['name', 'photo', 'more'])
    t.is(sent.get('name'), 'naïve')
    const photo = sent.get('photo') as File
    t.deepEqual([photo.type, new Uint8Array(await photo.arrayBuffer())], ['image/png', PNG])
    t.false(photo.name.includes('/'))
    const wrong = new FormData()
    wrong.append('name', 'x')
    wrong.append('photo', new File(['<svg>'], 'x.svg', { type: 'image/svg+xml' }))
    const refused = await send('/photo', wrong)
    t.deepEqual([refused.status, refused.problem.errors[0].path], [400, 'photo'])
    t.is(received.length, 1)
  })

  test(`${lifecycle}: a file alone passes as its bytes`, async (t) => {
    const { send, received } = await start(t, lifecycle)
    t.is((await send('/file', PNG, 'image/png')).status, 200)
    t.deepEqual([received[0]?.type, new Uint8Array(received[0]?.body as Buffer)], ['image/png', PNG])
    t.is((await send('/file', PNG, 'image/gif')).status, 400)
    t.is((await send('/file', new Uint8Array(101), 'image/png')).status, 400)
  })
}

const malformed: readonly (readonly [what: string, type: string, body: string])[] = [
  ['no boundary', 'multipart/form-data; charset=utf-8', 'x'],
  ['no end', 'multipart/form-data; boundary=b', '--b\r\nContent-Disposition: form-data; name="name"\r\n\r\nx'],
  [
    'a file without an end',
    'multipart/form-data; boundary=b',
    '--b\r\nContent-Disposition: form-data; name="photo"; filename="x"\r\n\r\nx',
  ],
  ['a broken part header', 'multipart/form-data; boundary=b', '--b\r\n\x01: x\r\n\r\nx\r\n--b--\r\n'],
  ['a part without a name', 'multipart/form-data; boundary=b', '--b\r\nContent-Disposition: form-data; filename="x"\r\n\r\nx\r\n--b--\r\n'],
  ['nothing in it', 'multipart/form-data; boundary=b', '--b--\r\n'],
  [
    'too many parts',
    'multipart/form-data; boundary=b',
    `${'--b\r\nContent-Disposition: form-data; name="n"\r\n\r\n\r\n'.repeat(1_001)}--b--\r\n`,
  ],
]
for (const [what, type, body] of malformed)
  test(`a multipart form with ${what} is 400`, async (t) => {
    const { send, received } = await start(t, 'direct')
    t.is((await send('/photo', body, type)).status, 400)
    t.is(received.length, 0)
    t.is((await send('/file', PNG, 'image/png')).status, 200)
  })
