import { createHash } from 'node:crypto'
import type { Server } from 'node:http'
import { pathToFileURL } from 'node:url'
import { z } from 'zod'
import { CATEGORIES, PRODUCTS, type Product } from '../data/products.js'
import { type Answer, type Call, createService, runService, ServiceProblem } from './http-service.js'
import { paintProduct } from './paint-product.js'

const Search = z.object({
  category: z.enum(CATEGORIES).optional(),
  search: z.string().min(1).optional(),
  maxPrice: z.coerce.number().int().min(0).optional(),
  page: z.coerce.number().int().min(1).default(1),
  size: z.coerce.number().int().min(1).max(100).default(12),
})

function list(call: Call): Answer {
  const parsed = Search.safeParse(Object.fromEntries(call.url.searchParams))
  if (!parsed.success) throw new ServiceProblem(400, 'BAD_SEARCH', z.prettifyError(parsed.error))
  const { category, search, maxPrice, page, size } = parsed.data
  const wanted = search?.toLowerCase()
  const found = PRODUCTS.filter(
    (product) =>
      (category === undefined || product.category === category) &&
      (maxPrice === undefined || product.price.amount <= maxPrice) &&
      (wanted === undefined || `${product.name} ${product.description}`.toLowerCase().includes(wanted)),
  )
  return { status: 200, body: { items: found.slice((page - 1) * size, page * size), total: found.length, page, size } }
}

function find(sku: string | undefined): Product {
  const product = PRODUCTS.find((candidate) => candidate.sku === sku)
  if (!product) throw new ServiceProblem(404, 'NO_SUCH_PRODUCT', `there is no product ${sku}`)
  return product
}

function image(call: Call, product: Product): Answer {
  const png = paintProduct(product.sku)
  const etag = `"${createHash('sha256').update(png).digest('hex').slice(0, 16)}"`
  const headers = { etag, 'cache-control': 'public, max-age=3600' }
  if (call.headers['if-none-match'] === etag) return { status: 304, headers }
  return { status: 200, headers: { ...headers, 'content-type': 'image/png' }, body: png }
}

function handle(call: Call): Answer {
  const [root, sku, part, ...rest] = call.segments
  if (root !== 'products' || rest.length > 0) throw new ServiceProblem(404, 'NO_SUCH_PAGE', 'the catalog has /products only')
  if (call.method !== 'GET') throw new ServiceProblem(405, 'READ_ONLY', 'the catalog is read-only')
  if (sku === undefined) return list(call)
  const product = find(sku)
  if (part === undefined) return { status: 200, body: product }
  if (part === 'image') return image(call, product)
  throw new ServiceProblem(404, 'NO_SUCH_PAGE', `products have no ${part}`)
}

/** The catalog: products by search and by SKU, and a picture of each. Keeps no state, so any number can run. */
export function createCatalog(name: string): Server {
  return createService(name, handle)
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) await runService(createCatalog(process.env['NAME'] ?? 'catalog'))
