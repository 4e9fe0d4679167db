import t from 'tap'
import { exitOfGoingBack, exitOfPhase } from '../../src/cli/exit.ts'
import { PHASES } from '../../src/core/shift.ts'

t.test('FM-01: only `completed` is 0, so that nobody removes old after anything else', async (t) => {
  t.strictSame(
    PHASES.filter((phase) => exitOfPhase(phase) === 0),
    ['completed']
  )
})

t.test('the codes of CONTRACT 6', async (t) => {
  t.strictSame(
    (['rolled_back', 'aborted', 'refused', 'halted', 'stuck', 'awaiting_approval', 'baking', 'failed'] as const).map(
      exitOfPhase
    ),
    [3, 4, 5, 6, 6, 7, 7, 1]
  )
})

t.test(
  'an order to go back is done when the shift ended aborted, and not when it completed all the same',
  async (t) => {
    t.equal(exitOfGoingBack('aborted'), 0)
    t.equal(exitOfGoingBack('completed'), 1)
    t.equal(exitOfGoingBack('rolled_back'), 3)
    t.equal(exitOfGoingBack('stuck'), 6)
  }
)
