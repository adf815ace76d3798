import { createServer, type Server } from 'node:http'

/** The service behind the gateway. It believes `x-tenant`, and that a billing report is genuine: the gateway saw to both. */
export function createProjectService(): Server {
  const projects = new Map<string, { readonly id: number; readonly name: string }[]>()
  const reports: unknown[] = []
  return createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk)
    const answer = (status: number, body: unknown) =>
      void response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
    if (request.url === '/hooks/billing') {
      reports.push(JSON.parse(Buffer.concat(chunks).toString('utf8')))
      return answer(200, { reports: reports.length })
    }
    const tenant = String(request.headers['x-tenant'])
    const own = projects.get(tenant) ?? []
    if (request.method !== 'POST') return answer(200, own)
    const { name } = JSON.parse(Buffer.concat(chunks).toString('utf8')) as { readonly name: string }
    const project = { id: own.length + 1, name }
    projects.set(tenant, [...own, project])
    return answer(201, project)
  })
}
