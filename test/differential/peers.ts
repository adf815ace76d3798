import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { defineGateway, route, upstream } from 'gatewright'
import { testGateway } from 'gatewright/testing'
import { freePort } from '../helpers/free-ports.js'
import { onPath } from '../helpers/on-path.js'

/** A proxy in front of a recorder. */
export interface RunningProxy {
  readonly port: number
  stop(): Promise<void>
}

/** A proxy to compare. */
export interface ProxyUnderTest {
  readonly name: string
  /** Name and version, or undefined where it is not installed. */
  version(): string | undefined
  start(upstreamPort: number): Promise<RunningProxy>
}

const nginxConfig = (port: number, upstreamPort: number, folder: string) => `daemon off;
master_process off;
pid ${folder}/nginx.pid;
error_log ${folder}/error.log crit;
events {}
http {
  access_log off;
  client_body_temp_path ${folder}/body;
  proxy_temp_path ${folder}/proxy;
  fastcgi_temp_path ${folder}/fastcgi;
  uwsgi_temp_path ${folder}/uwsgi;
  scgi_temp_path ${folder}/scgi;
  upstream recorder { server 127.0.0.1:${upstreamPort}; keepalive 8; }
  server {
    listen 127.0.0.1:${port};
    location / {
      proxy_pass http://recorder;
      proxy_http_version 1.1;
      proxy_request_buffering off;
      proxy_set_header Connection "";
      proxy_set_header Host $http_host;
      proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
      proxy_set_header X-Forwarded-Proto $scheme;
      proxy_set_header X-Forwarded-Host $http_host;
    }
  }
}
`

const haproxyConfig = (port: number, upstreamPort: number) => `defaults
  mode http
  option forwardfor
  timeout connect 2s
  timeout client 10s
  timeout server 10s
frontend clients
  bind 127.0.0.1:${port}
  http-request set-header X-Forwarded-Proto http
  http-request set-header X-Forwarded-Host %[req.hdr(host)]
  default_backend recorder
backend recorder
  server recorder 127.0.0.1:${upstreamPort}
`

const accepts = (port: number) =>
  new Promise<boolean>((resolve) => {
    const socket = connect(port, '127.0.0.1')
    socket.once('connect', () => resolve(true))
    socket.once('error', () => resolve(false))
    socket.once('close', () => resolve(false))
    socket.unref().once('connect', () => socket.destroy())
  })

type WriteConfig = (port: number, upstreamPort: number, folder: string) => string

function installed(name: string, config: WriteConfig, args: (file: string, folder: string) => readonly string[]): ProxyUnderTest {
  return {
    name,
    version() {
      const file = onPath(name)
      if (file === undefined) return undefined
      const { stdout, stderr } = spawnSync(file, ['-v'], { encoding: 'utf8' })
      return `${name} ${/\d+\.\d+\.\d+/.exec(stdout + stderr)?.[0] ?? '?'}`
    },
    async start(upstreamPort) {
      const folder = await mkdtemp(join(tmpdir(), 'gatewright-differential-'))
      const port = await freePort()
      const file = join(folder, 'proxy.conf')
      await writeFile(file, config(port, upstreamPort, folder))
      const child = spawn(onPath(name) as string, args(file, folder), { stdio: ['ignore', 'inherit', 'inherit'] })
      const ended = once(child, 'close')
      while (!(await accepts(port))) {
        if (child.exitCode !== null) throw new Error(`${name} ended with ${child.exitCode}`)
        await delay(20)
      }
      return {
        port,
        async stop() {
          child.kill('SIGKILL')
          await ended
          await rm(folder, { recursive: true, force: true })
        },
      }
    },
  }
}

const gatewright: ProxyUnderTest = {
  name: 'Gatewright',
  version: () => 'this revision',
  async start(upstreamPort) {
    const recorder = upstream('recorder', { targets: [`http://127.0.0.1:${upstreamPort}`] })
    const gateway = testGateway(
      defineGateway({
        info: { title: 'Differential run', version: '1.0.0' },
        routes: { any: route({ method: '*', path: '/{path*}', upstream: recorder, host: 'preserve' }) },
      }),
    )
    await gateway.start()
    return { port: Number(new URL(gateway.url).port), stop: async () => void (await gateway.stop({ now: true })) }
  },
}

/** Gatewright first, then those it is compared with. */
export const proxies: readonly [ProxyUnderTest, ...ProxyUnderTest[]] = [
  gatewright,
  installed('nginx', nginxConfig, (file, folder) => ['-p', folder, '-c', file, '-e', join(folder, 'error.log')]),
  installed('haproxy', haproxyConfig, (file) => ['-db', '-f', file]),
]
