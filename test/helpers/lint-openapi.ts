import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import spectral, { type RulesetDefinition } from '@stoplight/spectral-core'
import parsers from '@stoplight/spectral-parsers'
import rulesets from '@stoplight/spectral-rulesets'

interface RedoclyReport {
  readonly problems: readonly { ruleId: string; message: string; location: readonly { pointer?: string }[] }[]
}

const redocly = createRequire(import.meta.url).resolve('@redocly/cli/bin/cli.js')

async function lintWithRedocly(json: string): Promise<string[]> {
  const folder = await mkdtemp(join(tmpdir(), 'gatewright-lint-'))
  try {
    await writeFile(join(folder, 'openapi.json'), json)
    const args = [redocly, 'lint', 'openapi.json', '--extends', 'recommended-strict', '--format', 'json', '--max-problems', '1000']
    const env = { ...process.env, NODE_OPTIONS: '', REDOCLY_TELEMETRY: 'off', REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true' }
    const stdout = await new Promise<string>((resolve, reject) => {
      execFile(process.execPath, args, { cwd: folder, env, maxBuffer: 64 * 1024 * 1024 }, (error, out) =>
        // Findings make the exit code 1, with the report all the same.
        out.includes('"problems"') ? resolve(out) : reject(error ?? new Error(`no report: ${out}`)),
      )
    })
    const { problems } = JSON.parse(stdout) as RedoclyReport
    return problems.map(({ ruleId, message, location }) => `redocly ${ruleId} ${location[0]?.pointer ?? ''}: ${message}`)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function lintWithSpectral(json: string): Promise<string[]> {
  const linter = new spectral.Spectral()
  linter.setRuleset({ extends: [[rulesets.oas as unknown as RulesetDefinition, 'recommended']] })
  const findings = await linter.run(new spectral.Document(json, parsers.Json))
  // Spectral asks for a list of scopes that only OAuth 2 schemes have; OpenAPI 3.1 section 4.8.30 lets any scheme name what it needs.
  return findings
    .filter(({ message }) => !message.endsWith('must be listed among scopes.'))
    .map(({ code, path, message }) => `spectral ${code} ${path.join('/')}: ${message}`)
}

/** Lints an OpenAPI document by Redocly's `recommended-strict` and by `spectral:oas`; empty if both are content. */
export async function lintOpenApi(json: string): Promise<string[]> {
  return [...(await lintWithRedocly(json)), ...(await lintWithSpectral(json))]
}
