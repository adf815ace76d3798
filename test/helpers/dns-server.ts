import { createSocket, type RemoteInfo } from 'node:dgram'
import { once } from 'node:events'
import { isIPv6 } from 'node:net'

/** One record of an answer: an address, or an SRV record. */
export type DnsRecord = string | { readonly name: string; readonly port: number; readonly weight: number; readonly priority: number }

/** A name server on a free port that answers with what a test says. */
export interface DnsServer {
  /** `127.0.0.1:port`. */
  readonly address: string
  /** Answers by name; a name that is not there does not exist. */
  readonly names: Map<string, readonly DnsRecord[]>
  /** Seconds. */
  ttl: number
  /** What it does with questions. */
  behaviour: 'answer' | 'silent' | 'failing'
  /** Names that it fails to look up. */
  readonly failing: Set<string>
  /** Questions it got, as `A name`. */
  readonly asked: string[]
  close(): void
}

const TYPES: Readonly<Record<number, string>> = { 1: 'A', 28: 'AAAA', 33: 'SRV' }
const NO_ERROR = 0
const SERVER_FAILURE = 2
const NO_SUCH_NAME = 3

const short = (...values: number[]) => Buffer.from(values.flatMap((value) => [value >> 8, value & 255]))
const nameOf = (name: string) =>
  Buffer.concat([...name.split('.').map((part) => Buffer.concat([Buffer.from([part.length]), Buffer.from(part)])), Buffer.from([0])])

function addressOf(text: string): Buffer {
  if (!isIPv6(text)) return Buffer.from(text.split('.').map(Number))
  const [head = '', tail = ''] = text.split('::')
  const parts = (side: string) => (side === '' ? [] : side.split(':').map((part) => Number.parseInt(part, 16)))
  const [before, after] = [parts(head), parts(tail)]
  return short(...before, ...new Array<number>(8 - before.length - after.length).fill(0), ...after)
}

const typeOf = (record: DnsRecord) => (typeof record !== 'string' ? 'SRV' : isIPv6(record) ? 'AAAA' : 'A')

function dataOf(record: DnsRecord): Buffer {
  if (typeof record === 'string') return addressOf(record)
  return Buffer.concat([short(record.priority, record.weight, record.port), nameOf(record.name)])
}

function readQuestion(message: Buffer): { name: string; type: number; end: number } {
  const parts: string[] = []
  let at = 12
  while (message[at] !== 0) {
    const length = message[at] as number
    parts.push(message.toString('latin1', at + 1, at + 1 + length))
    at += length + 1
  }
  return { name: parts.join('.').toLowerCase(), type: message.readUInt16BE(at + 1), end: at + 5 }
}

/** Starts a name server (RFC 1035) that knows `names`. */
export async function startDns(names: Readonly<Record<string, readonly DnsRecord[]>> = {}): Promise<DnsServer> {
  const socket = createSocket('udp4')
  const server = {
    address: '',
    names: new Map(Object.entries(names)),
    ttl: 60,
    behaviour: 'answer' as DnsServer['behaviour'],
    failing: new Set<string>(),
    asked: [] as string[],
    close: () => socket.close(),
  }
  const reply = (message: Buffer, from: RemoteInfo) => {
    const { name, type, end } = readQuestion(message)
    server.asked.push(`${TYPES[type]} ${name}`)
    if (server.behaviour === 'silent') return
    const known = server.names.get(name)
    const fails = server.behaviour === 'failing' || server.failing.has(name)
    const records = fails ? [] : (known ?? []).filter((record) => typeOf(record) === TYPES[type])
    const code = fails ? SERVER_FAILURE : known ? NO_ERROR : NO_SUCH_NAME
    const header = Buffer.concat([message.subarray(0, 2), short(0x8180 | code, 1, records.length, 0, 0)])
    const answers = records.map((record) => {
      const data = dataOf(record)
      return Buffer.concat([short(0xc00c, type, 1, 0, server.ttl, data.length), data])
    })
    socket.send(Buffer.concat([header, message.subarray(12, end), ...answers]), from.port, from.address)
  }
  socket.on('message', reply)
  socket.bind(0, '127.0.0.1')
  await once(socket, 'listening')
  server.address = `127.0.0.1:${socket.address().port}`
  return server
}
