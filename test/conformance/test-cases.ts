import test from 'ava'
import { type Case, MODES } from './case.js'
import { runCase } from './run-case.js'
import { type OpenStage, openStage } from './stage.js'

/** Declares one test for each case and mode; the cases of a mode run one after the other on one gateway. */
export function testCases(cases: readonly Case[]): void {
  for (const mode of MODES) {
    let stage: Promise<OpenStage> | undefined
    for (const one of cases) {
      test.serial(`${mode}: ${one.id} ${one.title}`, async (t) => {
        stage ??= openStage(mode)
        const outcome = await runCase(one, mode, await stage)
        if (outcome.kind === 'failed') t.fail(outcome.reason)
        else t.pass('reason' in outcome ? outcome.reason : undefined)
      })
    }
    test.after.always(`close ${mode}`, async () => (await stage)?.close())
  }
}
