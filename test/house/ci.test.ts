/**
 * The helpers of .ci/run: its last line is the test runner's own count, and a run that did not end never looks like a good one.
 */
import t, { type Test } from 'tap'
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { ROOT } from './files.ts'

function count(t: Test, tap: string): { readonly last: string | undefined; readonly code: number | null } {
  const file = join(t.testdir({ tap }), 'tap')
  const { stdout, status } = spawnSync(join(ROOT, '.ci/count'), [file], { encoding: 'utf8' })
  return { last: stdout.trimEnd().split('\n').at(-1), code: status }
}

t.test('a good run', async (t) => {
  t.strictSame(count(t, '1..1\n# { total: 34, pass: 34 }\n# time=1ms\n'), { last: '34 passed, 0 failed', code: 0 })
})

t.test('a run with failures, skipped and unfinished tests', async (t) => {
  t.strictSame(count(t, '# { total: 38, pass: 35, fail: 1, todo: 1, skip: 1 }\n'), {
    last: '35 passed, 1 failed, 2 skipped',
    code: 1
  })
})

t.test('a run that did not end, or tested nothing, has failed', async (t) => {
  t.strictSame(count(t, 'ok 1 - a\n'), { last: '0 passed, 1 failed', code: 1 })
  t.strictSame(count(t, '# { total: 0, pass: 0 }\n'), { last: '0 passed, 0 failed', code: 1 })
})

t.test('the count is that of the whole run, not of a test that prints one', async (t) => {
  const tap = '    # { total: 9, pass: 9 }\n# { total: 2, pass: 1, fail: 1 }\n'
  t.strictSame(count(t, tap), { last: '1 passed, 1 failed', code: 1 })
})

t.test('a test may print what is no text', async (t) => {
  t.strictSame(count(t, '# \u0000\u0001\n# { total: 2, pass: 2 }\n'), { last: '2 passed, 0 failed', code: 0 })
})

t.test('of raw TAP, failures are shown with their diagnosis, and each file on a line', async (t) => {
  const tap = [
    '# Subtest: test/a.test.ts',
    '        ok 1 - fine',
    '        not ok 2 - should be equal',
    '          ---',
    '          compare: ===',
    '          ...',
    '        ok 3 - fine',
    'not ok 1 - test/a.test.ts # time=1ms',
    'ok 2 - test/b.test.ts # time=1ms'
  ]
  const { stdout } = spawnSync('awk', ['-f', join(ROOT, '.ci/tap-failures.awk')], {
    input: tap.join('\n'),
    encoding: 'utf8'
  })
  t.strictSame(stdout.trimEnd().split('\n'), [tap[2], tap[3], tap[4], tap[5], tap[7], tap[8]])
})
