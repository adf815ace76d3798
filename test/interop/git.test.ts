import { randomBytes } from 'node:crypto'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { route, upstream } from 'gatewright'
import { freePort } from '../helpers/free-ports.js'
import { LANES, startGateway } from '../helpers/start-gateway.js'
import { interopTest, type Workbench } from './workbench.js'

/** lighttpd in front of git's own server, with Basic authentication; the repositories are the folders in `repositories`. */
async function serveGit({ folder, must, serve }: Workbench): Promise<string> {
  const port = await freePort()
  const root = join(folder, 'repositories')
  await mkdir(root)
  await must('git', ['init', '--quiet', '--bare', '--initial-branch=main', 'shop.git'], 'repositories')
  await writeFile(join(folder, 'users'), 'ann:secret\n')
  const backend = join((await must('git', ['--exec-path'])).trim(), 'git-http-backend')
  const lines = [
    'server.modules = ("mod_auth", "mod_authn_file", "mod_setenv", "mod_alias", "mod_cgi")',
    `server.document-root = "${root}"`,
    'server.bind = "127.0.0.1"',
    `server.port = ${port}`,
    `server.upload-dirs = ("${folder}")`,
    `alias.url = ("/git" => "${backend}")`,
    `setenv.add-environment = ("GIT_PROJECT_ROOT" => "${root}", "GIT_HTTP_EXPORT_ALL" => "1")`,
    'cgi.assign = ("" => "")',
    'auth.backend = "plain"',
    `auth.backend.plain.userfile = "${join(folder, 'users')}"`,
    'auth.require = ("/git" => ("method" => "basic", "realm" => "git", "require" => "valid-user"))',
  ]
  await writeFile(join(folder, 'lighttpd.conf'), `${lines.join('\n')}\n`)
  await serve('lighttpd', ['-D', '-f', join(folder, 'lighttpd.conf')], /server started/)
  return `http://127.0.0.1:${port}`
}

for (const lifecycle of LANES)
  interopTest(['git', 'lighttpd'], `${lifecycle}: git clones, pushes and fetches through the gateway`, async (t, bench) => {
    const { folder, must, run } = bench
    const gateway = await startGateway(t, {
      git: route({
        method: '*',
        path: '/git/{path*}',
        upstream: upstream('git', { targets: [await serveGit(bench)] }),
        lifecycle,
        bodyLimit: '16mb',
      }),
    })
    const url = `${gateway.url}/git/shop.git`
    const asAnn = url.replace('://', '://ann:secret@')

    const anonymous = await run('git', ['clone', url, 'anonymous'])
    t.not(anonymous.code, 0)
    t.regex(anonymous.output, /could not read Username/, 'the 401 and its challenge reach git')

    await must('git', ['clone', '--quiet', asAnn, 'first'])
    for (const name of ['one', 'two', 'three']) {
      await writeFile(join(folder, 'first', name), name)
      await must('git', ['add', '.'], 'first')
      await must('git', ['commit', '--quiet', '--message', name], 'first')
    }
    await must('git', ['push', '--quiet', 'origin', 'HEAD:main'], 'first')

    // Past http.postBuffer, 1 MiB, git sends the pack chunked, after asking with an empty one whether it may.
    const large = randomBytes(3 * 1_048_576)
    await writeFile(join(folder, 'first', 'large'), large)
    await must('git', ['add', '.'], 'first')
    await must('git', ['commit', '--quiet', '--message', 'large'], 'first')
    const push = await must('git', ['-c', 'http.version=HTTP/1.1', 'push', '--verbose', 'origin', 'HEAD:main'], 'first')
    t.regex(push, /POST git-receive-pack \(chunked\)/)

    await must('git', ['clone', '--quiet', asAnn, 'second'])
    await must('git', ['fsck', '--strict', '--full'], 'second')
    t.is(await must('git', ['rev-parse', 'HEAD'], 'second'), await must('git', ['rev-parse', 'HEAD'], 'first'))
    t.true(large.equals(await readFile(join(folder, 'second', 'large'))))

    const count = async () => Number(await must('git', ['rev-list', '--count', 'HEAD'], 'shallow'))
    await must('git', ['clone', '--quiet', '--depth', '1', asAnn, 'shallow'])
    t.is(await count(), 1)
    await must('git', ['fetch', '--quiet', '--deepen', '2'], 'shallow')
    t.is(await count(), 3)
    await must('git', ['fetch', '--quiet', '--unshallow'], 'shallow')
    t.is(await count(), 4)
  })
