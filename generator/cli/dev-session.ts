import { basename, dirname, extname, join, resolve } from 'node:path'
import type { RunningGateway } from '../../runtime/types.js'
import { ConfigError } from '../../sdk/config-error.js'
import type { IssueCode } from '../../sdk/issue-codes.js'
import { loadEnvFiles } from '../load/env-files.js'
import type { CliRun } from './cli-run.js'
import { counted } from './counted.js'
import type { DevOptions } from './listen-options.js'
import { openConfig } from './open-config.js'
import { printIssues } from './print-issues.js'
import { SourceWatcher } from './source-watcher.js'
import { announce, startGateway } from './start-gateway.js'
import { untilStopped } from './until-stopped.js'

/** Editors write a file in several steps, and a checkout changes many files. */
const DEBOUNCE_MS = 75
const SOURCES = new Set(['.ts', '.tsx', '.mts', '.cts', '.js', '.mjs', '.cjs', '.json'])

/** What no change of a watched file could mend. */
const HOPELESS: ReadonlySet<IssueCode> = new Set(['GW1901', 'GW1905'])

const isHopeless = (error: unknown) => error instanceof ConfigError && error.issues.every(({ code }) => HOPELESS.has(code))

/** A gateway that follows its config. */
export class DevSession {
  readonly #run: CliRun
  readonly #config: string
  readonly #listen: DevOptions
  readonly #envFiles: readonly string[]
  readonly #beside: readonly string[]
  readonly #watcher = new SourceWatcher((event, file) => this.#changed(event, file))
  #running: RunningGateway | undefined
  #inputs: ReadonlySet<string> = new Set()
  #envOwned: ReadonlySet<string> = new Set()
  #failed = false
  #hopeless = false
  #timer: NodeJS.Timeout | undefined
  #loading: Promise<void> = Promise.resolve()

  constructor(run: CliRun, config: string, listen: DevOptions) {
    const folder = dirname(resolve(run.cwd, config))
    this.#run = run
    this.#config = config
    this.#listen = listen
    this.#envFiles = ['.env', '.env.local'].map((name) => join(folder, name))
    this.#beside = [...this.#envFiles, join(folder, 'tsconfig.json')]
  }

  /** Serves until a signal comes; returns the exit code. */
  async run(): Promise<number> {
    const stopped = untilStopped(this.#run, async () => {
      clearTimeout(this.#timer)
      await this.#watcher.close()
      await this.#loading
      return this.#running ? this.#running.stop({ now: true }) : true
    })
    this.#load()
    await this.#loading
    return this.#hopeless ? 1 : stopped
  }

  #changed(event: string, path: string): void {
    // After a failed load a new file may be the one whose import led nowhere.
    const mayHelp = this.#failed && event === 'add' && SOURCES.has(extname(path)) && !basename(path).startsWith('.')
    if (!mayHelp && !this.#inputs.has(path) && !this.#beside.includes(path)) return
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => this.#load(), DEBOUNCE_MS)
  }

  /** One load after another: a change during a load is followed by another load. */
  #load(): void {
    this.#loading = this.#loading.then(() => this.#tryLoad())
  }

  async #tryLoad(): Promise<void> {
    const since = Date.now()
    const inputs = new Set([resolve(this.#run.cwd, this.#config)])
    const failure = await this.#loadInto(inputs).catch((error: unknown) => error ?? 'failed')
    this.#failed = failure !== undefined
    this.#inputs = this.#failed ? new Set([...this.#inputs, ...inputs]) : inputs
    this.#hopeless = !this.#running && isHopeless(failure)
    if (!this.#hopeless) await this.#watcher.add([...this.#inputs, ...this.#beside], since)
    if (failure !== undefined) await this.#explain(failure)
  }

  async #loadInto(inputs: Set<string>): Promise<void> {
    const started = performance.now()
    this.#envOwned = await loadEnvFiles(this.#envFiles, this.#envOwned)
    const { gateway } = await openConfig(this.#run, this.#config, { envFiles: [], onInput: (file) => inputs.add(file) })
    await this.#serve(gateway, started)
  }

  async #serve(gateway: unknown, started: number): Promise<void> {
    if (!this.#running) {
      const { createGateway } = await import('../../runtime/index.js')
      this.#running = await startGateway({ gateway, createGateway }, this.#listen)
      announce(this.#run, this.#config, this.#running)
      return
    }
    await this.#running.reload(gateway)
    const took = Math.round(performance.now() - started)
    this.#run.note(`${this.#run.colors.green('✓')} reloaded in ${took} ms: ${counted(this.#running.inspect().length, 'route')}\n`)
  }

  async #explain(error: unknown): Promise<void> {
    this.#run.note('\n')
    if (error instanceof ConfigError) await printIssues(this.#run, error, false)
    else this.#run.note(`${error instanceof Error ? error.stack : String(error)}\n`)
    if (!this.#hopeless)
      this.#run.note(`${this.#run.colors.yellow(this.#running ? 'keeping the last good config' : 'waiting for a change')}\n`)
  }
}
