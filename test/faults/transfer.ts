import { once } from 'node:events'
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { ChildGateway } from './child-gateway.js'
import { readContent, sendContent } from './content.js'

/** How much is sent at once, and how slow its receivers are. */
export interface TransferOptions {
  /** Bytes of each transfer. */
  readonly size: number
  /** Bytes per second that each receiver reads. */
  readonly rate: number
}

/** Figures of a run; memory in MiB, times in milliseconds. */
export interface TransferResult {
  readonly seconds: number
  readonly idleRss: number
  readonly peakRss: number
  readonly delayP99: number
  /** Transfers whose two ends disagree on the SHA-256, or that broke. */
  readonly broken: readonly string[]
  readonly failures: readonly string[]
}

/** Lanes of the five transfers in each direction. */
const LANES = ['direct', 'hapi', 'direct', 'hapi', 'direct'] as const

/** Receives uploads, answering with their hash, and sends downloads, whose hashes it keeps by name. */
async function startStore(rate: number) {
  const sums = new Map<string, Promise<string>>()
  const answer = async (req: IncomingMessage, res: ServerResponse) => {
    if (req.method === 'POST') {
      res.end(await readContent(req, rate))
      return
    }
    const { searchParams } = new URL(req.url ?? '', 'http://store')
    const size = Number(searchParams.get('size'))
    res.writeHead(200, { 'content-type': 'application/octet-stream', 'content-length': size })
    const sum = sendContent(res, size)
    sums.set(searchParams.get('name') ?? '', sum)
    await sum
  }
  const server = createServer({ requestTimeout: 0 }, (req, res) => void answer(req, res).catch(() => res.destroy()))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const close = () => {
    server.closeAllConnections()
    server.close()
  }
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, sums, close }
}

async function upload(url: string, size: number): Promise<readonly [string, string]> {
  const outgoing = request(url, { method: 'POST', agent: false, headers: { 'content-length': size } })
  const response = once(outgoing, 'response')
  response.catch(() => undefined)
  const sent = await sendContent(outgoing, size)
  const [incoming] = (await response) as [IncomingMessage]
  let text = ''
  for await (const chunk of incoming) text += chunk
  return [sent, text]
}

async function download(
  url: string,
  rate: number,
  sums: ReadonlyMap<string, Promise<string>>,
  name: string,
): Promise<readonly [string, string]> {
  const outgoing = request(`${url}&name=${name}`, { agent: false }).end()
  const [incoming] = (await once(outgoing, 'response')) as [IncomingMessage]
  if (incoming.statusCode !== 200) return [name, `status ${incoming.statusCode}`]
  const received = await readContent(incoming, rate)
  return [(await sums.get(name)) ?? 'not sent', received]
}

/** Five uploads and five downloads side by side through a gateway in a process of its own, over both lanes. */
export async function runTransfer({ size, rate }: TransferOptions): Promise<TransferResult> {
  const store = await startStore(rate)
  const gateway = await ChildGateway.start(store.url, '60s')
  let peakRss = 0
  const sampler = setInterval(() => {
    peakRss = Math.max(peakRss, gateway.rss())
  }, 100)
  try {
    for (const lane of LANES) await download(`${gateway.url}/${lane}/warm?size=1000`, rate, store.sums, 'warm')
    await new Promise((resolve) => setTimeout(resolve, 1_000))
    const idleRss = gateway.rss()
    peakRss = idleRss
    const began = performance.now()
    const transfers = LANES.flatMap((lane, index) => [
      { title: `upload ${index} (${lane})`, run: () => upload(`${gateway.url}/${lane}/up`, size) },
      {
        title: `download ${index} (${lane})`,
        run: () => download(`${gateway.url}/${lane}/down?size=${size}`, rate, store.sums, `d${index}`),
      },
    ])
    const outcomes = await Promise.all(
      transfers.map(async ({ title, run }) => {
        const [sent, received] = await run().catch((error: Error) => [title, error.message] as const)
        return sent === received ? [] : [`${title}: ${received.slice(0, 80)}`]
      }),
    )
    const seconds = (performance.now() - began) / 1_000
    return { seconds, idleRss, peakRss, broken: outcomes.flat(), ...(await gateway.report()) }
  } finally {
    clearInterval(sampler)
    await gateway.stop()
    store.close()
  }
}
