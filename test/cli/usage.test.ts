import test from 'ava'
import pico from 'picocolors'
import { runCli } from '../../generator/cli/run-cli.js'
import { createProject } from './create-project.js'
import { runInProcess } from './run-in-process.js'

const cases = [
  {
    title: 'an unknown command is refused with the one that was meant',
    args: ['chek'],
    stderr: 'error[GW1904]: unknown command `chek`\n  help: did you mean `check`?\n',
  },
  {
    title: 'an unknown flag is refused with the one that was meant',
    args: ['start', '--prot', '80'],
    stderr: 'error[GW1904]: unknown option `--prot`\n  help: did you mean `--port`?\n',
  },
  {
    title: 'several workers are not promised: the flag is unknown',
    args: ['start', '--workers', '2'],
    stderr: 'error[GW1904]: unknown option `--workers`\n  help: see gatewright --help\n',
  },
  {
    title: 'a port out of range is refused',
    args: ['start', '--port', '70000'],
    stderr: 'error[GW1904]: --port: expected a port from 0 to 65535, got "70000"\n  help: 0 takes a free one\n',
  },
  {
    title: 'a port that is no number is refused',
    args: ['dev', '--admin-port', '8o'],
    stderr: 'error[GW1904]: --admin-port: expected a port from 0 to 65535, got "8o"\n  help: 0 takes a free one\n',
  },
  {
    title: 'a host that is no host is refused',
    args: ['start', '--host', 'http://x'],
    stderr: 'error[GW1904]: --host: expected an address or a host name, got "http://x"\n  help: write for example 127.0.0.1 or ::\n',
  },
  {
    title: 'a missing argument is named',
    args: ['init'],
    stderr: 'error[GW1904]: missing required argument `folder`\n  help: see gatewright --help\n',
  },
  {
    title: 'a config that is not there is said to be missing, with what to do',
    args: ['check'],
    stderr:
      'error[GW1901]: there is no file gateway.config.ts\n' +
      '  help: run this in the folder of your config, name it with --config <file>, or make a project with `gatewright init <folder>`\n',
  },
]

for (const { title, args, stderr } of cases) {
  test(title, async (t) => {
    const cwd = await createProject(t, {})
    t.deepEqual(await runInProcess(args, cwd), { code: 1, stdout: '', stderr })
  })
}

test('a refused flag is data where data was asked for', async (t) => {
  const cwd = await createProject(t, {})
  const { code, stdout, stderr } = await runInProcess(['check', '--json', '--nope'], cwd)
  t.is(JSON.parse(stdout).issues[0].code, 'GW1904')
  t.is(stderr, '')
  t.is(code, 1)
})

for (const command of ['check', 'dev', 'start', 'build', 'generate', 'routes', 'init', 'keys']) {
  test(`${command} --help has an example`, async (t) => {
    const cwd = await createProject(t, {})
    const { code, stdout } = await runInProcess([command, '--help'], cwd)
    t.regex(stdout, new RegExp(`Example:\\n  \\$ gatewright ${command}`))
    t.is(code, 0)
  })
}

test('a fault in gatewright itself exits with 2 and shows where', async (t) => {
  const cwd = await createProject(t, { 'gateway.config.ts': 'export default 1' })
  let noted = ''
  const code = await runCli(['--version'], {
    cwd,
    colors: pico.createColors(false),
    print: () => {
      throw new TypeError('broken')
    },
    note: (text) => {
      noted += text
    },
    read: () => Promise.resolve(''),
    exitCode: 0,
    sources: undefined,
  })
  t.regex(noted, /^gatewright failed unexpectedly\. TypeError: broken\n {4}at /)
  t.is(code, 2)
})
