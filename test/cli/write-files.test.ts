import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import test from 'ava'
import { compareFiles, writeFiles } from '../../generator/write-files.js'
import { createProject } from './create-project.js'

test('only what differs is written, and what has no text is removed', async (t) => {
  const folder = await createProject(t, { 'same.txt': 'same', 'old.txt': 'old', 'gone.txt': 'gone' })
  const files = [
    { path: 'same.txt', text: 'same' },
    { path: 'old.txt', text: 'new' },
    { path: 'deep/made.txt', text: 'made' },
    { path: 'gone.txt', text: undefined },
    { path: 'never.txt', text: undefined },
  ]
  const expected = [
    { path: 'old.txt', kind: 'updated' },
    { path: 'deep/made.txt', kind: 'created' },
    { path: 'gone.txt', kind: 'removed' },
  ]
  const { mtimeMs } = await stat(join(folder, 'same.txt'))
  t.deepEqual(await compareFiles(folder, files), expected)
  t.is(await readFile(join(folder, 'old.txt'), 'utf8'), 'old')
  t.deepEqual(await writeFiles(folder, files), expected)
  t.is(await readFile(join(folder, 'old.txt'), 'utf8'), 'new')
  t.is((await stat(join(folder, 'same.txt'))).mtimeMs, mtimeMs)
  t.deepEqual((await readdir(folder)).sort(), ['deep', 'node_modules', 'old.txt', 'same.txt'])
  t.deepEqual(await writeFiles(folder, files), [])
})

test('if one file cannot be written, none is', async (t) => {
  const folder = await createProject(t, { 'a.txt': 'before', blocked: 'a file where a folder should be' })
  const files = [
    { path: 'a.txt', text: 'after' },
    { path: 'blocked/b.txt', text: 'b' },
  ]
  await t.throwsAsync(writeFiles(folder, files))
  t.is(await readFile(join(folder, 'a.txt'), 'utf8'), 'before')
  t.deepEqual((await readdir(folder)).sort(), ['a.txt', 'blocked', 'node_modules'])
})

test('a folder in the place of a file is not replaced, and nothing is left behind', async (t) => {
  const folder = await createProject(t, {})
  await mkdir(join(folder, 'taken'))
  await writeFile(join(folder, 'taken/inner.txt'), '')
  await t.throwsAsync(writeFiles(folder, [{ path: 'taken', text: 'x' }]))
  t.deepEqual((await readdir(folder)).sort(), ['node_modules', 'taken'])
})
