/** `gateway.config.ts` of a new project. */
export function configTemplate(title: string): string {
  return `import { defineGateway, env, ip, rateLimit, route, upstream } from 'gatewright'
import { z } from 'zod'

// The service behind the gateway: service.mjs, until you have one of your own.
const books = upstream('books', {
  targets: [env('BOOKS_URL', z.url().default('http://127.0.0.1:4001'))],
})

const Book = z.object({ id: z.string(), title: z.string(), author: z.string() }).meta({ id: 'Book' })

export default defineGateway({
  info: { title: '${title}', version: '0.1.0' },
  server: { port: 8080 },
  use: { flood: rateLimit({ by: ip, limit: '50/s' }) },
  routes: {
    books: {
      /** Lists all books. */
      list: route({ method: 'GET', path: '/books', upstream: books }),

      /** Returns one book. */
      get: route({
        method: 'GET',
        path: '/books/{id}',
        upstream: books,
        params: z.object({ id: z.string().regex(/^[0-9]+$/) }),
        responses: { 200: Book, 404: 'problem' },
        // What the service answers, and what callers get.
        upstreamResponses: { 200: z.object({ id: z.number(), name: z.string(), written_by: z.string() }) },
        mapResponse: { 200: (book) => ({ id: String(book.id), title: book.name, author: book.written_by }) },
      }),
    },
  },
})
`
}
