/** `README.md` of a new project. */
export function readmeTemplate(title: string): string {
  return `# ${title}

An API gateway, written in [\`gateway.config.ts\`](gateway.config.ts) and run by gatewright.

\`\`\`sh
npm install
npm start                            # the gateway on http://127.0.0.1:8080, and the example service behind it
curl http://127.0.0.1:8080/books/1
npm test
\`\`\`

Change \`gateway.config.ts\` while it runs: the gateway reloads it, and keeps the last good one if something is wrong.

| command | does |
|---|---|
| \`npx gatewright check\` | finds mistakes in the config that the compiler cannot see |
| \`npx gatewright routes\` | lists what the gateway serves |
| \`npx gatewright generate\` | writes OpenAPI documents and a typed client into \`generated/\` |
| \`npx gatewright build && npx gatewright start\` | bundles the config with what runs it, as for production |

\`service.mjs\` stands for your own service. Point \`BOOKS_URL\` (in \`.env\`, for example) at another one, or replace it in the config.
`
}
