const gateway = process.env['GATEWAY_URL'] ?? 'http://127.0.0.1:8080'

/** Sends a request and prints what came back. */
async function show(path: string): Promise<void> {
  const response = await fetch(gateway + path)
  console.log(`GET ${path} → ${response.status} ${await response.text()}`)
  console.log(`  x-request-id: ${response.headers.get('x-request-id')}`)
}

await show('/hello/world')
await show('/goodbye')
