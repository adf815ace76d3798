import assert from 'node:assert/strict'
import { type Case, head } from '../case.js'
import { statusOf, valuesOf } from '../message.js'
import { assertOneRequest, type Payload, refusals, SMUGGLED } from '../refusal.js'

const get = (target: string, ...lines: string[]): string => [`GET ${target} HTTP/1.1`, ...lines, '', ''].join('\r\n')

const hosts: readonly Payload[] = [
  ['a list', 'a,b'],
  ['userinfo', 'u@gw'],
  ['userinfo with a password', 'u:p@gw'],
  ['a path', 'gw/p'],
  ['a query', 'gw?x'],
  ['a fragment', 'gw#x'],
  ['a backslash', 'gw\\x'],
  ['a space', 'gw other'],
  ['an open bracket', '[::1'],
  ['a closing bracket alone', '::1]'],
  ['IPv6 without brackets', '::1'],
  ['letters for a port', 'gw:abc'],
  ['a port over 65535', 'gw:99999'],
  ['an empty port', 'gw:'],
  ['a negative port', 'gw:-1'],
  ['two ports', 'gw:80:80'],
  ['nothing', ''],
  ['white space', ' \t '],
  ['a dot', '.'],
  ['a scheme', 'http://gw'],
  ['an escape', 'g%77'],
  ['a high byte', 'gw\xe9'],
  ['a semicolon', 'gw;a=b'],
  ['quotes', '"gw"'],
  ['braces', '{jndi:x}'],
].map(([what, host]) => ({
  id: 'H-16',
  title: `a Host of ${what} is refused`,
  bytes: get('/public/a', `Host: ${host}`) + SMUGGLED,
}))

const duplicates: readonly Payload[] = [
  { id: 'H-16', title: 'an HTTP/1.1 request without Host is refused', bytes: get('/public/a') + SMUGGLED },
  { id: 'H-16', title: 'two equal Host lines are refused', bytes: get('/public/a', 'Host: gw', 'Host: gw') + SMUGGLED },
  { id: 'H-16', title: 'two different Host lines are refused', bytes: get('/public/a', 'Host: gw', 'Host: other') + SMUGGLED },
  {
    id: 'H-16',
    title: 'a second Host in other letter case, behind other fields, is refused',
    bytes: get('/public/a', 'Host: gw', 'X-A: 1', 'hOST: other') + SMUGGLED,
  },
  { id: 'H-16', title: 'an empty second Host is refused', bytes: get('/public/a', 'Host: gw', 'Host:') + SMUGGLED },
]

const absolute: readonly Payload[] = [
  ['of another host than Host', 'http://other/public/a'],
  ['of another port than Host', 'http://gw:81/public/a'],
  ['with userinfo', 'http://u:p@gw/public/a'],
  ['that hides its host in userinfo', 'http://gw@other/public/a'],
  ['with an empty host', 'http:///public/a'],
  ['with a dot segment', 'http://gw/public/../admin/smuggled'],
  ['with a backslash', 'http://gw\\public\\a'],
  ['with a fragment', 'http://gw/public/a#b'],
  ['of scheme ftp', 'ftp://gw/public/a'],
  ['of scheme file', 'file://gw/public/a'],
  ['of scheme file without a host', 'file:///public/a'],
  ['of scheme ws', 'ws://gw/public/a'],
  ['of scheme javascript', 'javascript:alert(1)'],
  ['of scheme data', 'data:,a'],
  ['without slashes', 'http:public/a'],
  ['without a scheme', 'gw/public/a'],
].map(([what, target]) => ({
  id: 'H-18',
  title: `a target ${what} is refused`,
  bytes: get(target as string, 'Host: gw') + SMUGGLED,
}))

const routed: readonly Case[] = [
  ...['shop.example', 'SHOP.Example', 'shop.example.', 'shop.example:80', 'SHOP.EXAMPLE.:8080'].map(
    (host): Case => ({
      id: 'H-17',
      title: `Host: ${host} is routed as shop.example`,
      async run(stage) {
        const url = await stage.variant({ route: { match: { host: 'shop.example' } } })
        const response = await stage.ask(get('/public/a', `Host: ${host}`), { url })
        assert.equal(statusOf(response), 200)
        assert.equal(stage.recorder.requests[0]?.line, 'GET /public/a HTTP/1.1')
      },
    }),
  ),
  ...['shop.example.org', 'a.shop.example', 'shopXexample', 'shop.example..', 'gw'].map(
    (host): Case => ({
      id: 'H-17',
      title: `Host: ${host} is not routed as shop.example`,
      async run(stage) {
        const url = await stage.variant({ route: { match: { host: 'shop.example' } } })
        const response = await stage.ask(get('/public/a', `Host: ${host}`), { url })
        assert.ok([400, 404].includes(statusOf(response)), response.line)
        assert.deepEqual(stage.recorder.requests, [])
      },
    }),
  ),
  ...[
    ['http://gw/public/a?x=1', 'gw'],
    ['HTTP://GW/public/a?x=1', 'gw'],
    ['http://gw:80/public/a?x=1', 'gw:80'],
  ].map(
    ([target, host]): Case => ({
      id: 'H-18',
      title: `the target ${target} with Host: ${host} is sent on as a path, under one Host`,
      async run(stage) {
        const received = await assertOneRequest(stage, get(target as string, `Host: ${host}`))
        assert.equal(received.line, 'GET /public/a?x=1 HTTP/1.1')
        assert.equal(valuesOf(received, 'host').length, 1)
      },
    }),
  ),
]

const derived: readonly Case[] = [
  ...refusals(
    ['gw?x=1&z=', 'gw:80?role=admin#', 'gw#', 'gw/admin?'].map((host) => ({
      id: 'N-12',
      title: `Host: ${host} adds nothing to the query: it is refused`,
      bytes: get('/public/a?role=user', `Host: ${host}`),
    })),
  ),
  ...['?role=user&role=admin', '?a=%zz&b=%00&c=%2e%2e%2f', '?&&=&a', '?x=1?y=2', '?q=a+b%20c&d[]=1', "?a='b;c=d"].map(
    (query): Case => ({
      id: 'N-12',
      title: `the query ${query} arrives byte for byte`,
      async run(stage) {
        const response = await stage.ask(head('GET', `/public/a${query}`))
        assert.equal(statusOf(response), 200)
        assert.equal(stage.recorder.requests[0]?.line, `GET /public/a${query} HTTP/1.1`)
      },
    }),
  ),
]

export const hostCases: readonly Case[] = [...refusals([...duplicates, ...hosts]), ...refusals(absolute), ...routed, ...derived]
