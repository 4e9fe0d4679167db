/** Runs seeds in this process: `node one.ts FROM [COUNT] [-v]`. */
import { draw } from './draw.ts'
import { run } from './run.ts'

const [from = 1, count = 1] = process.argv.slice(2).map(Number)
const verbose = process.argv.includes('-v')
const began = process.hrtime.bigint()
const ends = new Map<string, number>()
const laws = new Map<string, number[]>()
let virtual = 0
for (let seed = from; seed < from + count; seed += 1) {
  const result = await run(draw(seed))
  virtual += result.virtualMs
  for (const end of result.ends) ends.set(end, (ends.get(end) ?? 0) + 1)
  const [first] = result.violations
  if (first) {
    laws.set(first.law, [...(laws.get(first.law) ?? []), seed])
    if (count <= 40) console.log(`seed ${seed}: ${first.at} ${first.law}: ${first.text.slice(0, 300)}`)
  }
  if (verbose) console.log(JSON.stringify(draw(seed), null, 1), result.trace.join('\n'))
}
const seconds = Number(process.hrtime.bigint() - began) / 1e9
const cpu = (process.cpuUsage().user + process.cpuUsage().system) / 1e6
console.log(`cpu ${cpu.toFixed(1)} s: ${(count / cpu).toFixed(1)} seeds/cpu-s`)
console.log(
  `${count} seeds in ${seconds.toFixed(1)} s: ${(count / seconds).toFixed(1)} seeds/s; ${(virtual / count / 60_000).toFixed(1)} virtual minutes each`
)
console.log(
  Object.fromEntries(ends),
  Object.fromEntries([...laws].map(([law, seeds]) => [law, seeds.slice(0, 12).join(' ')]))
)
