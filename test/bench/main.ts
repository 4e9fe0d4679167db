/**
 * `npm run bench -- gates [--quick] [--pictures]`: how well the gate's statistics judge, beside what others do, on the same
 * synthetic counts. Exits 1 where ours leaves the band that was published. `--pictures` draws docs/pictures anew. `-- dns`: dns.ts. `-- page`: page.ts.
 */
import { benchDns } from './dns.ts'
import { checks, holds } from './gates/expected.ts'
import { FULL, QUICK, runStudy } from './gates/study.ts'
import { tablesOf } from './gates/tables.ts'

const USAGE = 'usage: npm run bench -- gates [--quick] [--pictures] | dns | page'

async function main(argv: readonly string[]): Promise<number> {
  const [what, ...options] = argv
  if (what === 'page' && options.length === 0) return await (await import('./page.ts')).benchPage()
  if (what === 'dns' && options.length === 0) return await benchDns()
  if (what !== 'gates' || options.some((option) => !['--quick', '--pictures'].includes(option))) {
    console.error(USAGE)
    return 2
  }
  const quick = options.includes('--quick')
  const began = performance.now()
  const study = await runStudy(quick ? QUICK : FULL)
  tablesOf(study, quick).forEach((line) => console.log(line))
  const failed = checks(study, quick).filter((check) => !holds(check))
  const shifts = study.reduce((sum, { outcome }) => sum + outcome.shifts, 0)
  console.log(`${shifts.toLocaleString('en')} shifts in ${((performance.now() - began) / 1000).toFixed(1)} s`)
  if (options.includes('--pictures')) {
    const { drawPictures } = await import('./gates/pictures.ts')
    ;(await drawPictures(study)).forEach((file) => console.log(`drew ${file}`))
  }
  failed.forEach(({ what: figure }) => console.error(`not as expected: ${figure}`))
  return failed.length > 0 ? 1 : 0
}

process.exitCode = await main(process.argv.slice(2))
