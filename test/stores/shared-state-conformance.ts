import type { ExecutionContext } from 'ava'
import type { SharedState } from '../../runtime/stores/shared-state.js'

/** A state under test, the same as another process sees it, and a way to let time pass for both. */
export interface Subject {
  readonly state: SharedState
  readonly other: SharedState
  pass(ms: number): Promise<void> | void
}

type Case = (t: ExecutionContext, subject: Subject) => Promise<void>

const HOUR = 3_600_000
const VALUES = ['', 'a', '0', 'nil', '\0', '\r\n', '*1\r\n$8\r\nFLUSHALL\r\n', 'é€😀', '{"a":[1,2]}', 'x'.repeat(300_000)]
const KEYS = ['', 'a', 'a\0', 'a\0b', 'a\0{b}', 'a}\0b', '\0', 'a\0\r\n', `a\0${'x'.repeat(8_192)}`, `a\0${'x'.repeat(8_191)}y`]

/** Publishes until it is heard: a subscription takes hold some time after it is made. */
async function publishUntil(heard: () => boolean, publish: () => Promise<void>): Promise<void> {
  for (let turn = 0; turn < 500 && !heard(); turn += 1) {
    await publish()
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

/** What every shared state does, by title. */
export const conformance: Readonly<Record<string, Case>> = {
  async 'has nothing at first, and then what was set last, everywhere'(t, { state, other }) {
    t.is(await state.get('first\0a'), undefined)
    await state.set('first\0a', '1', HOUR)
    t.is(await other.get('first\0a'), '1')
    await other.set('first\0a', '2', HOUR)
    t.is(await state.get('first\0a'), '2')
  },

  async 'keeps values as they are, whatever they are made of'(t, { state, other }) {
    for (const value of VALUES) {
      await state.set('values\0a', value, HOUR)
      t.is(await other.get('values\0a'), value)
      t.true(await state.replace('values\0a', value, `${value}!`, HOUR))
      t.is(await other.setIfAbsent('values\0a', '', HOUR), `${value}!`)
      t.true(await other.remove('values\0a', `${value}!`))
    }
  },

  async 'keeps keys apart, whatever they are made of'(t, { state }) {
    for (const key of KEYS) t.is(await state.setIfAbsent(`keys${key}`, key, HOUR), undefined, JSON.stringify(key.slice(0, 20)))
    for (const key of KEYS) t.is(await state.get(`keys${key}`), key)
  },

  async 'forgets a value when its time is over'(t, { state, pass }) {
    await state.set('ttl\0a', '1', 30)
    await state.setIfAbsent('ttl\0b', '1', 30)
    await state.set('ttl\0c', '1', HOUR)
    t.true(await state.replace('ttl\0c', '1', '2', 30))
    await pass(40)
    for (const key of ['ttl\0a', 'ttl\0b', 'ttl\0c']) t.is(await state.get(key), undefined)
    t.is(await state.setIfAbsent('ttl\0a', '2', HOUR), undefined)
    t.false(await state.replace('ttl\0b', '1', '2', HOUR))
    t.false(await state.remove('ttl\0c'))
  },

  async 'a time to live below a millisecond is one'(t, { state, pass }) {
    await state.set('short\0a', '1', 0.2)
    await pass(3)
    t.is(await state.get('short\0a'), undefined)
  },

  async 'setting if absent lets one of many win, and tells the others what is there'(t, { state, other }) {
    const all = await Promise.all(
      Array.from({ length: 40 }, (_, index) => (index % 2 ? state : other).setIfAbsent('race\0a', `${index}`, HOUR)),
    )
    const winner = await state.get('race\0a')
    t.is(all.filter((there) => there === undefined).length, 1)
    t.true(all.every((there) => there === undefined || there === winner))
  },

  async 'replaces only what it expects, so that one of many wins'(t, { state, other }) {
    await state.set('swap\0a', 'old', HOUR)
    t.false(await other.replace('swap\0a', 'other', 'new', HOUR))
    const all = await Promise.all(
      Array.from({ length: 40 }, (_, index) => (index % 2 ? state : other).replace('swap\0a', 'old', `new${index}`, HOUR)),
    )
    t.is(all.filter(Boolean).length, 1)
    t.false(await state.replace('swap\0none', '', 'new', HOUR))
    t.is(await state.get('swap\0none'), undefined)
  },

  async 'removes anything, or only what it expects'(t, { state, other }) {
    await state.set('remove\0a', '1', HOUR)
    t.false(await other.remove('remove\0a', '2'))
    t.true(await other.remove('remove\0a', '1'))
    t.false(await state.remove('remove\0a', '1'))
    await state.set('remove\0a', '1', HOUR)
    t.true(await other.remove('remove\0a'))
    t.false(await other.remove('remove\0a'))
  },

  async 'what is published is heard everywhere, on its channel alone, until the listener stops'(t, { state, other }) {
    const heard: string[] = []
    const stops = [
      state.subscribe('news', (message) => heard.push(`here ${message}`)),
      other.subscribe('news', (message) => heard.push(`there ${message}`)),
      other.subscribe('else', (message) => heard.push(`else ${message}`)),
    ]
    await publishUntil(
      () => heard.includes('here 1') && heard.includes('there 1'),
      () => state.publish('news', '1'),
    )
    t.true(heard.includes('here 1') && heard.includes('there 1'))
    t.false(heard.some((line) => line.startsWith('else')))
    stops[0]?.()
    stops[0]?.()
    heard.length = 0
    await publishUntil(
      () => heard.includes('there é\0'),
      () => other.publish('news', 'é\0'),
    )
    t.true(heard.every((line) => line.startsWith('there')))
    for (const stop of stops) stop()
    await state.publish('news', '3')
  },

  async 'closes more than once'(t, { state }) {
    state.subscribe('end', () => undefined)
    await t.notThrowsAsync(async () => state.close())
    await t.notThrowsAsync(async () => state.close())
  },
}
